import MemoryTLS

/// The flights of a connection as a drawing: arrows between two lifelines, above an arrow the
/// messages, below it the records, and on it a bar as long as its bytes are many.
///
/// ```swift
/// let drawing = SequenceDiagram(log).svg
/// ```
public struct SequenceDiagram: Sendable {
  private let outline: Outline
  private let title: String
  private let remarks: [String]
  private let limit: Int

  /// A drawing of what an outline lists.
  ///
  /// - Parameters:
  ///   - outline: The flights with their messages.
  ///   - title: What stands above it; nil for the addresses of both ends, where they are known.
  ///   - remarks: Lines to stand below it.
  ///   - limit: How many flights to draw at most; of more, those in the middle are counted only.
  public init(
    _ outline: Outline, title: String? = nil, remarks: [String] = [], atMost limit: Int = 40
  ) {
    (self.outline, self.remarks) = (outline, remarks)
    self.title = title ?? outline.heading
    self.limit = Swift.max(0, limit)
  }

  /// A drawing of a log, with the messages that can be read or that its notes tell of.
  public init(_ log: FlightLog) { self.init(Outline(log)) }

  /// The drawing as an SVG file: 800 pixels wide and as high as it needs, without scripts or anything
  /// from elsewhere, for light and dark pages. The same flights give the same bytes.
  public var svg: String {
    let (first, gap, last) = outline.flights.ends(atMost: limit)
    let shown = Array(first + last)
    var layout = DiagramLayout(shown)
    layout.addHeading(title, outline.summary)
    for flight in first { layout.add(flight) }
    layout.addGap(gap)
    for flight in last { layout.add(flight) }
    layout.addLegend(shown, remarks: remarks)
    return layout.svg(title: title, description: description(of: shown))
  }

  /// The same in words, for those who do not see it.
  private func description(of flights: [OutlinedFlight]) -> String {
    let count = outline.flights.count
    let sentences = flights.map { flight in
      let names = flight.labels.map(\.text).joined(separator: ", ")
      return "Flight \(flight.number), \(flight.flight.direction.words), \(flight.size)"
        + (names.isEmpty ? "." : ": \(names).")
    }
    return (["\(count) \(count == 1 ? "flight" : "flights")."] + sentences).joined(separator: " ")
  }
}
