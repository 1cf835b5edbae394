import MemoryTLS
import MemoryTLSFlights

/// What replays came to, for people and for scripts.
struct ReplayReport {
  private let log: FlightLog
  private let replays: [(part: FlightReplayer.Role, replay: Replay)]

  init(_ log: FlightLog, _ replays: [(part: FlightReplayer.Role, replay: Replay)]) {
    (self.log, self.replays) = (log, replays)
  }

  /// The number of the first flight that is not as it was; nil if all are.
  var firstDivergence: Int? {
    replays.compactMap { $0.replay.divergences.first?.flight }.min()
  }

  /// One line if all was the same again; else what each end said now.
  var text: String {
    let isWhole = replays.allSatisfy { $0.replay.isWholeAndSame }
    if isWhole, let comparison = replays.first?.replay.comparison {
      return "same: \(size(log)), \(comparison)".escaped
    }
    return replays.map { text($0.part, $0.replay) }.joined(separator: "\n\n")
  }

  private func text(_ part: FlightReplayer.Role, _ replay: Replay) -> String {
    var lines = ["as \(part): \(verdict(replay)), compared \(replay.comparison)"]
    if replay.sealedRecords > 0 {
      let noun = replay.sealedRecords == 1 ? "record was" : "records were"
      lines.append("\(replay.sealedRecords) encrypted \(noun) only counted: nothing opens them")
    }
    lines += replay.divergences.flatMap { ["\($0.sentence)"] + $0.excerpt.map { "  \($0)" } }
    guard !replay.isWholeAndSame else { return escaped(lines) }
    lines += ["", "what is said now, \(size(replay.log)):"]
    return escaped(lines) + "\n" + replay.log.told.ladder(atMost: Self.flightLimit) + "\n\n"
      + escaped([replay.outcome])
  }

  private func verdict(_ replay: Replay) -> String {
    let count = replay.divergences.count
    guard count == 0 else { return "\(count) divergence\(count == 1 ? "" : "s")" }
    guard case .departed(let flight) = replay.ending else { return "same" }
    return "same up to flight \(flight - 1) of \(log.flights.count)"
  }

  private func escaped(_ lines: [String]) -> String {
    lines.map(\.escaped).joined(separator: "\n")
  }

  private func size(_ log: FlightLog) -> String {
    let flights = log.flights.count
    return "\(flights) flight\(flights == 1 ? "" : "s"), \(log.byteCount) bytes"
  }

  /// With about four lines each, a page.
  private static let flightLimit = 16
}

extension FlightLog {
  /// The log with the messages that can be read, in flights of which nothing else is known.
  fileprivate var told: FlightLog {
    let read = Dissection(self).annotated.flights
    var log = FlightLog(metadata: metadata)
    for (flight, read) in zip(flights, read) {
      let notes = flight.notes.isEmpty ? read.notes : flight.notes
      log.append(flight.bytes, flight.direction, notes: notes, at: flight.time)
    }
    return log
  }
}

extension Replay {
  /// Where it ended, and why.
  fileprivate var outcome: String {
    error.map { "\(ending): \($0)" } ?? "\(ending)"
  }

  /// Whether everything recorded was said again, as closely as can be.
  fileprivate var isWholeAndSame: Bool {
    guard divergences.isEmpty, comparison == .bytes else { return false }
    if case .departed = ending { return false }
    return true
  }
}

// MARK: - For scripts

extension ReplayReport {
  /// One JSON object.
  func json() throws -> String {
    try Document(
      same: firstDivergence == nil, replays: replays.map { ReplayDocument($0.part, $0.replay) }
    ).json()
  }

  private struct Document: Encodable {
    let same: Bool
    let replays: [ReplayDocument]
  }

  private struct ReplayDocument: Encodable {
    let role: String
    let same: Bool
    let comparison: String
    let reason: String?
    let divergences: [DivergenceDocument]
    let sealedRecords: Int
    let ending: String
    let error: String?
    let state: String
    let flights: [HandshakeReport.FlightDocument]

    init(_ part: FlightReplayer.Role, _ replay: Replay) {
      role = "\(part)"
      same = replay.divergences.isEmpty
      switch replay.comparison {
      case .bytes: (comparison, reason) = ("bytes", nil)
      case .structure(let because): (comparison, reason) = ("structure", because)
      }
      divergences = replay.divergences.map(DivergenceDocument.init)
      sealedRecords = replay.sealedRecords
      ending = "\(replay.ending)"
      error = replay.error.map { "\($0)" }
      state = replay.state
      flights = replay.log.told.flights.map(HandshakeReport.FlightDocument.init)
    }
  }

  private struct DivergenceDocument: Encodable {
    let flight: Int
    let from: String
    let offset: Int?
    let sentence: String
    let excerpt: [String]

    init(_ divergence: Divergence) {
      (flight, offset) = (divergence.flight, divergence.offset)
      from = divergence.direction.sender
      (sentence, excerpt) = (divergence.sentence, divergence.excerpt)
    }
  }
}
