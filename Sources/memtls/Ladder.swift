import MemoryTLS
import MemoryTLSFlights

/// Flights drawn as arrows between two lifelines.
enum Ladder {
  /// Columns between the lifelines.
  private static let width = 66

  static func lines(_ flights: [Flight]) -> [String] {
    ["client" + String(repeating: " ", count: width - 4) + "server"] + flights.flatMap(rungs)
  }

  private static func rungs(of flight: Flight) -> [String] {
    let messages = wrapped(flight.messages)
    let records = flight.records
    let noun = records.count == 1 ? "record" : "records"
    let caption = "\(flight.bytes.count) bytes in \(records.count) \(noun)"
    let types = wrapped(records.map { "\($0.contentType) \($0.byteCount)" })
    return (messages.map { "  " + $0 }).map(rung) + [arrow(flight, caption)]
      + (types.map { "    " + $0 }).map(rung)
  }

  private static func rung(_ text: String) -> String {
    "  │" + text + String(repeating: " ", count: max(0, width - text.count)) + "│"
  }

  private static func arrow(_ flight: Flight, _ caption: String) -> String {
    let line = String(repeating: "─", count: max(1, width - caption.count - 6))
    return flight.direction == .clientToServer
      ? "  │── \(caption) \(line)─▶│" : "  │◀─\(line) \(caption) ──│"
  }

  /// Puts items behind one another, with commas, into lines that fit.
  private static func wrapped(_ items: [String]) -> [String] {
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
}
