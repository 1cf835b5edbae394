import MemoryTLS
import MemoryTLSFlights

/// One message in full: its fields as a tree, and its bytes.
struct MessagePage {
  private let entry: OutlineEntry
  private let outline: Outline

  init(_ entry: OutlineEntry, in outline: Outline) {
    (self.entry, self.outline) = (entry, outline)
  }

  /// Lines, without a line break behind the last.
  var text: String {
    let fields = entry.fields.flatMap { Self.lines(of: $0, indent: 1) }
    let dump = HexDump.lines(of: entry.message?.bytes ?? [])
    return ([heading, ""] + fields + (fields.isEmpty ? [] : [""]) + dump).joined(separator: "\n")
  }

  private var heading: String {
    let flight = outline.flights.first { $0.entries.contains { $0.number == entry.number } }
    let direction = flight?.flight.direction ?? .clientToServer
    return [
      "message \(entry.number ?? 0): \(entry.name.escaped)",
      "\(direction.sender) to \(direction.reversed.sender) in flight \(flight?.number ?? 0)",
      "\(entry.byteCount) byte\(entry.byteCount == 1 ? "" : "s")",
      entry.isEncrypted ? "encrypted" : "not encrypted",
    ].joined(separator: ", ")
  }

  /// A field and below it its parts; lengths and what else frames them are left to the dump.
  private static func lines(of field: MessageField, indent: Int) -> [String] {
    guard field.name != MessageField.framing else { return [] }
    let space = String(repeating: "  ", count: indent)
    let text = field.value.isEmpty ? field.name : "\(field.name): \(field.value)"
    let lines = wrapped(text.escaped, to: 78 - space.count).enumerated().map { index, line in
      space + (index == 0 ? "" : "    ") + line
    }
    return lines + field.children.flatMap { Self.lines(of: $0, indent: indent + 1) }
  }

  /// Cuts at spaces, and words that are too long anywhere.
  private static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      var word = Substring(word)
      if lines[lines.count - 1].count + 1 + word.count <= width, !lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] += " " + word
        continue
      }
      if !lines[lines.count - 1].isEmpty { lines.append("") }
      while let end = word.index(word.startIndex, offsetBy: width, limitedBy: word.endIndex),
        end < word.endIndex
      {
        lines[lines.count - 1] = String(word[..<end])
        word = word[end...]
        lines.append("")
      }
      lines[lines.count - 1] = String(word)
    }
    return lines
  }
}
