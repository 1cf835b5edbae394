import Foundation
import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

/// What came of one fault, for people and for scripts.
struct FaultReport {
  private let outcome: Sweep.Case
  private let seed: UInt64

  init(_ outcome: Sweep.Case, seed: UInt64) { (self.outcome, self.seed) = (outcome, seed) }

  /// The ladder of what was sent, how each side ended, and which rules were broken.
  func text(_ digests: HandshakeReport.Digests) -> String {
    let stall = outcome.hasStalled ? ["both waited, until the wire was ended"] : []
    let ends = [line("client", outcome.client), line("server", outcome.server)]
    let ladder = HandshakeReport.ladder(of: outcome.log, digests)
    let broken = outcome.breaches.map(\.description)
    return ([ladder, ""] + stall + ends + ["outcome: \(outcome.outcome.rawValue)"] + broken)
      .joined(separator: "\n")
  }

  /// One JSON object.
  func json() throws -> String {
    let document = Document(
      fault: "\(outcome.fault)", seed: seed, outcome: outcome.outcome.rawValue,
      struck: outcome.hasStruck, stalled: outcome.hasStalled,
      client: outcome.client.map(Failure.init),
      server: outcome.server.map(Failure.init),
      flights: outcome.log.flights.map(HandshakeReport.FlightDocument.init),
      broken: outcome.breaches.map(\.description))
    return try document.json()
  }

  private func line(_ side: String, _ error: TLSError?) -> String {
    guard let error else { return "the \(side) closed, and saw its peer close" }
    return "the \(side) failed: \(error)"
  }

  private struct Document: Encodable {
    let fault: String
    let seed: UInt64
    let outcome: String
    let struck: Bool
    let stalled: Bool
    let client: Failure?
    let server: Failure?
    let flights: [HandshakeReport.FlightDocument]
    let broken: [String]
  }

  private struct Failure: Encodable {
    let code: String
    let fault: String
    let phase: String?
    let alert: String?
    let message: String

    init(_ error: TLSError) {
      (code, fault, message) = ("\(error.code)", "\(error.fault)", error.message)
      phase = error.phase.map { "\($0)" }
      alert = error.alert.map { "\($0.alert) \($0.origin)" }
    }
  }
}

extension Sweep.Report {
  /// The table, with how long it took.
  func text(_ seconds: Double) -> String {
    "\(self)\n\(cases) cases in \(String(format: "%.1f", seconds)) s"
  }
}

/// A sweep's report as a JSON object.
struct SweepDocument: Encodable {
  private let possible: Int
  private let planned: Int
  private let cases: Int
  private let seed: UInt64
  private let seconds: Double
  private let counts: [Count]
  private let broken: [Broken]

  init(_ report: Sweep.Report, seconds: Double) {
    (possible, planned, cases) = (report.possible, report.planned, report.cases)
    (seed, self.seconds) = (report.seed, seconds)
    counts = report.counts.map { entry, count in
      Count(
        scenario: report.scenarios[entry.scenario], from: Self.side(entry.direction),
        kind: entry.kind, outcome: entry.outcome.rawValue, cases: count)
    }.sorted { $0.key < $1.key }
    broken = report.violations.map { violation in
      Broken(
        rule: violation.breach.rule.rawValue, by: violation.breach.side.map(Self.side),
        finding: violation.breach.finding, fault: "\(violation.fault)",
        scenario: violation.scenario, seed: violation.seed, again: violation.reproduction)
    }
  }

  private static func side(_ direction: Direction) -> String {
    direction == .clientToServer ? "client" : "server"
  }

  private struct Count: Encodable {
    let scenario: String
    let from: String
    let kind: String
    let outcome: String
    let cases: Int

    var key: String { [scenario, kind, from, outcome].joined(separator: " ") }
  }

  private struct Broken: Encodable {
    let rule: String
    let by: String?
    let finding: String
    let fault: String
    let scenario: String
    let seed: UInt64
    let again: String
  }
}
