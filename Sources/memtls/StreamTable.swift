import MemoryTLS
import MemoryTLSFlights

/// Connections as a table, a line each.
struct StreamTable {
  let rows: [Row]

  init(_ rows: [Row]) { self.rows = rows }

  /// What is said of a connection: its cells, in the order of the heading.
  struct Row {
    fileprivate let cells: [String]

    init(_ report: StreamReport) {
      let (captured, dissection) = (report.stream.captured, report.outline.dissection)
      let ends = (captured?.endpoints ?? "").split(separator: " ").map { String($0).escaped }
      cells = [
        "\(report.stream.number)", ends.first ?? "", ends.last ?? "",
        captured.map { "\($0.packetCount)" } ?? "",
        captured.map { "\($0.byteCounts.clientToServer)" } ?? "",
        captured.map { "\($0.byteCounts.serverToClient)" } ?? "",
        dissection.version.map { "\($0)" } ?? "?", (dissection.serverName ?? "").escaped,
        report.holes.isEmpty ? "" : "incomplete",
      ]
    }
  }

  /// The heading and the rows, without spaces at the ends of lines.
  var text: String {
    let lines = [Self.heading] + rows.map(\.cells)
    let widths = Self.heading.indices.map { column in
      lines.reduce(0) { max($0, $1[column].count) }
    }
    return lines.map { line in
      let cells = line.indices.map { Self.padded(line[$0], to: widths[$0], column: $0) }
      return cells.joined(separator: "  ").trimmingSuffix(" ")
    }.joined(separator: "\n")
  }

  /// Numbers stand on the right.
  private static func padded(_ cell: String, to width: Int, column: Int) -> String {
    let space = String(repeating: " ", count: width - cell.count)
    return numbers.contains(column) ? space + cell : cell + space
  }

  private static let heading = [
    "stream", "client", "server", "packets", "sent", "received", "version", "name", "",
  ]
  private static let numbers: Set<Int> = [0, 3, 4, 5]
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}
