import Foundation
import MemoryTLS
import MemoryTLSTesting
import MemoryTLSTransport

// A conversation on a wire that is not to be relied on: after the handshake both ends say something and
// close.

extension HandshakeCommand {
  /// One fault: the ladder as far as it went, and how each side ended.
  func endure(_ fault: Fault) throws {
    let scenario = try scenario(protocols.version)
    let outcome = try scenario.examine(fault)
    let report = FaultReport(outcome, seed: scenario.seed)
    let digests = repetition.seed != nil ? HandshakeReport.Digests.shown : .hidden
    try Output.print(json ? report.json() : report.text(digests))
    guard outcome.hasStruck else {
      throw CommandFailure.failed("the fault did not strike: there is no such place")
    }
    guard outcome.breaches.isEmpty else { throw CommandFailure.failed("rules were broken") }
    guard outcome.outcome == .completed else {
      throw CommandFailure.failed("the connection failed under the fault")
    }
  }

  /// All faults: the table, as far as it came when a signal ended it.
  func sweepFaults() throws {
    let interrupter = try Interrupter()
    Signals.interrupt(interrupter)
    let sweep = Sweep(try versions.map(scenario), fraction: faults.sample ?? 1, seed: seed)
    let start = ContinuousClock.now
    let hasTerminal = isatty(2) == 1
    let report = try sweep.run { done, planned in
      if hasTerminal, done % 100 == 0 { StatusLine.show("\(done) of \(planned) cases") }
    } while: {
      !interrupter.isInterrupted
    }
    if hasTerminal { StatusLine.show(nil) }
    guard report.planned > 0 else {
      throw CommandFailure.failed("the sample is none of \(report.possible) cases")
    }
    let seconds = start.duration(to: .now) / .seconds(1)
    try Output.print(json ? SweepDocument(report, seconds: seconds).json() : report.text(seconds))
    if interrupter.isInterrupted { throw CommandFailure.interrupted }
    guard report.violations.isEmpty else { throw CommandFailure.failed("rules were broken") }
  }

  private var seed: UInt64 { repetition.seed ?? 1 }

  /// Those that the options allow.
  private var versions: [ProtocolOptions.Version] {
    if let version = protocols.version { return [version] }
    return ProtocolOptions.Version.allCases.filter { version in
      let isTLS13 = version == .tls13
      let hasSuites = protocols.ciphers?.values.contains { $0.isTLS13 == isTLS13 } ?? true
      return hasSuites && (isTLS13 || (earlyData == nil && !keyUpdate))
    }
  }

  /// What both ends do: the same bytes every time, whether a seed is given or not.
  private func scenario(_ version: ProtocolOptions.Version?) throws -> Sweep.Scenario {
    var command = self
    command.protocols.version = version
    command.repetition.seed = seed
    let name = ["TLS", version?.rawValue].compactMap { $0 }.joined(separator: " ")
    var scenario = try command.scenario(name, seed: seed)
    if keyUpdate { scenario.acts.insert(.updateKeys(.clientToServer), at: 0) }
    let line = Repetition(CommandLine.arguments.dropFirst()).line(version, seed: seed)
    scenario.reproduction = { "\(line) --fault '\($0)'" }
    return scenario
  }
}

extension HandshakeCommand {
  /// Who resumes needs new contexts each time, for the connection before.
  fileprivate func scenario(_ name: String, seed: UInt64) throws -> Sweep.Scenario {
    let (settings, early) = (try settings(), earlyData)
    guard resume || early != nil else { return Sweep.Scenario(name, settings) }
    return Sweep.Scenario(name, seed: seed) {
      let pair = try settings.secondPair()
      pair.client.send(try Rehearsal.writeEarly(early, pair))
      return pair
    }
  }
}

/// The options of a sweep that a single case needs too.
struct Repetition {
  private var words: [String] = []

  init(_ arguments: some Sequence<String>) {
    var skipsValue = false
    for argument in arguments {
      let name = argument.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
      if skipsValue {
        skipsValue = false
      } else if Self.valued.contains(name) {
        skipsValue = name == argument
      } else if !Self.flags.contains(argument) {
        words.append(argument)
      }
    }
  }

  /// The command line, but for the fault.
  func line(_ version: ProtocolOptions.Version?, seed: UInt64) -> String {
    let version = version.map { ["--tls", $0.rawValue] } ?? []
    return (["memtls"] + words + version + ["--seed", "\(seed)"]).map(ShellWords.quoted)
      .joined(separator: " ")
  }

  private static let flags = ["--sweep", "--json"]
  private static let valued = ["--sample", "--tls", "--seed", "--fault"]
}
