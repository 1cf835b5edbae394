/// An SVG drawing in the making (SVG 1.1): without scripts or anything from elsewhere, for light and
/// dark pages.
struct Canvas {
  private var elements: [String] = []

  /// Where a text is held.
  enum Anchor: String {
    case start
    case end
  }

  mutating func text(
    _ text: String, x: Double, y: Double, _ style: String = "ink", _ anchor: Anchor = .start
  ) {
    let place = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor.rawValue)\""
    elements.append("<text class=\"\(style)\" \(place)>\(Self.escaped(text))</text>")
  }

  mutating func bar(x: Double, y: Double, width: Double, height: Double, _ style: String) {
    let place = "x=\"\(Self.number(x))\" y=\"\(Self.number(y))\""
    let size = "width=\"\(Self.number(max(0, width)))\" height=\"\(Self.number(height))\""
    elements.append("<rect class=\"\(style)\" \(place) \(size)/>")
  }

  /// A line of several pieces, each a list of points.
  mutating func path(_ pieces: [[(x: Double, y: Double)]], _ style: String) {
    let steps = pieces.map { piece in
      "M" + piece.map { "\(Self.number($0.x)) \(Self.number($0.y))" }.joined(separator: "L")
    }
    elements.append("<path class=\"\(style)\" d=\"\(steps.joined())\"/>")
  }

  /// The whole file.
  func svg(width: Double, height: Double, title: String, description: String) -> String {
    let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="memtls-bench" \(size) \
      viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img">
      <title>\(Self.escaped(title))</title>
      <desc>\(Self.escaped(description))</desc>
      <style>
      \(ChartStyle.sheet)
      </style>
      <rect class="paper" width="100%" height="100%"/>
      \(elements.joined(separator: "\n"))
      </svg>

      """
  }

  private static func number(_ value: Double) -> String {
    let text = Number.decimal(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// As it may stand in XML (XML 1.0 §2.4).
  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { escaped, character in
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      default: escaped.append(character)
      }
    }
  }
}

/// Colours and letters of a chart.
enum ChartStyle {
  /// How many subjects can be told apart.
  static let subjects = light.subjects.count

  static let sheet = """
    .memtls-bench text { font: 12px system-ui, "Helvetica Neue", "DejaVu Sans", sans-serif; }
    .memtls-bench .title { font-size: 16px; font-weight: bold; }
    .memtls-bench .name { font-weight: bold; }
    .memtls-bench path { fill: none; }
    \(light.rules)
    @media (prefers-color-scheme: dark) {
    \(dark.rules)
    }
    """

  private struct Palette {
    let paper: String
    let ink: String
    let faint: String
    let noise: String
    /// At least 3 to 1 to the paper (WCAG 2.2 §1.4.11).
    let subjects: [String]

    var rules: String {
      let fixed = """
        .memtls-bench .paper { fill: \(paper); }
        .memtls-bench .ink, .memtls-bench .title, .memtls-bench .name { fill: \(ink); }
        .memtls-bench .faint { fill: \(faint); }
        .memtls-bench .noise { fill: \(noise); }
        .memtls-bench path.grid { stroke: \(noise); stroke-width: 1px; }
        .memtls-bench path.whisker, .memtls-bench path.one { stroke: \(ink); stroke-width: 1.2px; }
        .memtls-bench path.cut { stroke: \(paper); stroke-width: 2px; }
        """
      let bars = subjects.enumerated().map { ".memtls-bench .subject\($0) { fill: \($1); }" }
      return ([fixed] + bars).joined(separator: "\n")
    }
  }

  private static let light = Palette(
    paper: "#ffffff", ink: "#1f2328", faint: "#59636e", noise: "#dde2e7",
    subjects: ["#818b98", "#0969da", "#1b9aa5", "#d4720a", "#8250df", "#cf222e"])

  private static let dark = Palette(
    paper: "#0d1117", ink: "#e6edf3", faint: "#9198a1", noise: "#2b323b",
    subjects: ["#8b949e", "#388bfd", "#2bb3be", "#db8a3a", "#ab7df8", "#f47067"])
}
