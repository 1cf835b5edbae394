import MemoryTLS

extension FlightLog: CustomStringConvertible {
  /// The ``ladder(atMost:notes:)`` of all flights.
  public var description: String { ladder() }

  /// The flights as arrows between two lifelines, 74 columns wide: above an arrow the messages, on it
  /// how much it carried, below it the records.
  ///
  ///     client                                                              server
  ///       │  ClientHello                                                     │
  ///       │── 269 bytes in 1 record ────────────────────────────────────────▶│
  ///       │    handshake 269                                                 │
  ///
  /// ``Outline/ladder(atMost:in:)`` says more of each message, and reads what is encrypted.
  ///
  /// - Parameters:
  ///   - limit: How many flights to draw at most; of more, those in the middle are counted only.
  ///   - notes: Lines to stand below a flight, 64 characters each at most.
  /// - Returns: the lines, without a line break behind the last.
  public func ladder(
    atMost limit: Int = .max, notes: (Flight) -> [String] = { _ in [] }
  ) -> String {
    let (first, gap, last) = flights.ends(atMost: limit)
    var lines = [Ladder.heading]
    for flight in first { lines += Ladder.rungs(of: flight, notes: notes(flight)) }
    lines += Ladder.gap(gap)
    for flight in last { lines += Ladder.rungs(of: flight, notes: notes(flight)) }
    return lines.joined(separator: "\n")
  }
}

/// How flights are drawn.
enum Ladder {
  static var heading: String { "client" + String(repeating: " ", count: width - 4) + "server" }

  static func rungs(of flight: Flight, notes: [String]) -> [String] {
    let messages = flight.messages.map { Label(text: $0) }
    return lines(messages.condensed()).map { rung("  " + $0) }
      + [arrow(flight.direction, flight.size)]
      + lines(flight.recordLabels).map { rung("    " + $0) } + notes.map { rung(" " + $0) }
  }

  /// What stands for flights that are not drawn.
  static func gap(_ flights: ArraySlice<Flight>) -> [String] {
    guard !flights.isEmpty else { return [] }
    let bytes = flights.reduce(0) { $0 + $1.bytes.count }
    return [rung("    … \(flights.count) more, \(bytes) bytes …")]
  }

  private static func rung(_ text: String) -> String {
    "  │" + text + String(repeating: " ", count: max(0, width - text.count)) + "│"
  }

  private static func arrow(_ direction: Direction, _ caption: String) -> String {
    let line = String(repeating: "─", count: max(1, width - caption.count - 6))
    return direction == .clientToServer
      ? "  │── \(caption) \(line)─▶│" : "  │◀─\(line) \(caption) ──│"
  }

  private static func lines(_ labels: [Label]) -> [String] {
    labels.wrapped(toColumns: width - 6).map { $0.map(\.text).joined() }
  }

  /// Columns between the lifelines.
  static let width = 66
}

extension Flight {
  /// "793 bytes in 6 records".
  var size: String {
    let (records, bytes) = (records.count, bytes.count)
    return "\(bytes) \(bytes == 1 ? "byte" : "bytes") in \(records) "
      + (records == 1 ? "record" : "records")
  }

  /// The kinds and sizes of its records, and what is left of one that is not whole.
  var recordLabels: [Label] {
    let (records, rest) = Record.split(bytes)
    let labels = records.lazy.map { Label(text: "\($0.contentType) \($0.byteCount)", tone: .faint) }
    return labels.condensed()
      + (rest == 0 ? [] : [Label(text: "\(rest) bytes of a record cut short", tone: .bad)])
  }
}

extension Array {
  /// So many of its elements at most, from both ends, and those between them.
  func ends(
    atMost limit: Int
  ) -> (first: ArraySlice<Element>, gap: ArraySlice<Element>, last: ArraySlice<Element>) {
    let shown = Swift.min(Swift.max(0, limit), count)
    let last = shown / 2
    return (prefix(shown - last), dropFirst(shown - last).dropLast(last), suffix(last))
  }
}
