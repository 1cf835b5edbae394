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
  /// - Parameters:
  ///   - limit: How many flights to draw at most; of more, those in the middle are counted only.
  ///   - notes: Lines to stand below a flight, 64 characters each at most.
  /// - Returns: the lines, without a line break behind the last.
  public func ladder(
    atMost limit: Int = .max, notes: (Flight) -> [String] = { _ in [] }
  ) -> String {
    func rungs(of flights: ArraySlice<Flight>) -> [String] {
      flights.flatMap { Ladder.rungs(of: $0, notes: notes($0)) }
    }
    let shown = min(max(0, limit), flights.count)
    let (first, last) = (shown - shown / 2, shown / 2)
    var lines = [Ladder.heading] + rungs(of: flights.prefix(first))
    lines += Ladder.gap(flights.dropFirst(first).dropLast(last))
    lines += rungs(of: flights.suffix(last))
    return lines.joined(separator: "\n")
  }
}

/// How flights are drawn.
private enum Ladder {
  static var heading: String { "client" + String(repeating: " ", count: width - 4) + "server" }

  static func rungs(of flight: Flight, notes: [String]) -> [String] {
    let (records, rest) = Record.split(flight.bytes)
    let noun = records.count == 1 ? "record" : "records"
    let caption = "\(flight.bytes.count) bytes in \(records.count) \(noun)"
    let types =
      records.map { "\($0.contentType) \($0.byteCount)" }
      + (rest == 0 ? [] : ["\(rest) bytes of a record cut short"])
    return wrapped(flight.messages).map { rung("  " + $0) } + [arrow(flight.direction, caption)]
      + wrapped(types).map { rung("    " + $0) } + notes.map { rung(" " + $0) }
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

  /// Puts items behind one another, with commas, into lines that fit.
  private static func wrapped(_ items: [String]) -> [String] {
    let items = condensed(items)
    var lines: [String] = []
    for (index, item) in items.enumerated() {
      let word = index == items.count - 1 ? item : item + ","
      if let last = lines.last, last.count + word.count + 1 <= width - 6 {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(word)
      }
    }
    return lines
  }

  /// Equal neighbours as one with their number, and of very many the first.
  private static func condensed(_ items: [String]) -> [String] {
    var runs: [(item: String, count: Int)] = []
    for item in items {
      if runs.last?.item == item {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((item, 1))
      }
    }
    let shown = runs.prefix(itemLimit).map {
      $0.count == 1 ? $0.item : "\($0.count) × \($0.item)"
    }
    let rest = runs.dropFirst(itemLimit).reduce(0) { $0 + $1.count }
    return shown + (rest == 0 ? [] : ["\(rest) more"])
  }

  /// Columns between the lifelines.
  private static let width = 66
  /// More kinds of messages or records in a row than any handshake has.
  private static let itemLimit = 24
}
