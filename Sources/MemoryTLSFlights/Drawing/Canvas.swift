/// An SVG drawing in the making (SVG 1.1). Everything in it is text of ours or
/// escaped, and coordinates are whole pixels.
struct Canvas {
  private var elements: [String] = []

  /// Where a line of text is held.
  enum Anchor: String {
    case start
    case middle
    case end
  }

  mutating func text(_ labels: [Label], x: Int, y: Int, _ size: FontSize, _ anchor: Anchor = .start)
  {
    let spans = labels.map { label in
      "<tspan class=\"\(label.tone.rawValue)\">\(XML.escaped(label.text))</tspan>"
    }
    let place = "x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor.rawValue)\""
    elements.append(
      "<text class=\"\(size.rawValue)\" \(place) xml:space=\"preserve\">\(spans.joined())</text>")
  }

  mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int), _ tone: Tone) {
    let ends = "x1=\"\(start.x)\" y1=\"\(start.y)\" x2=\"\(end.x)\" y2=\"\(end.y)\""
    elements.append("<line class=\"\(tone.rawValue)\" \(ends)/>")
  }

  mutating func bar(x: Int, y: Int, width: Int, height: Int, _ tone: Tone) {
    let frame = "x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\""
    elements.append("<rect class=\"\(tone.rawValue)\" rx=\"2\" \(frame)/>")
  }

  mutating func triangle(_ corners: [(x: Int, y: Int)], _ tone: Tone) {
    let points = corners.map { "\($0.x),\($0.y)" }.joined(separator: " ")
    elements.append("<polygon class=\"\(tone.rawValue)\" points=\"\(points)\"/>")
  }

  /// The whole file, with what lies below everything else.
  func svg(
    width: Int, height: Int, title: String, description: String, above background: Canvas
  ) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" class="tls-flights" viewBox="0 0 \(width) \(height)" \
    width="\(width)" height="\(height)" role="img" aria-labelledby="tls-title tls-desc">
    <title id="tls-title">\(XML.escaped(title))</title>
    <desc id="tls-desc">\(XML.escaped(description))</desc>
    <style>
    \(DiagramStyle.sheet)
    </style>
    <rect class="paper" x="0" y="0" width="\(width)" height="\(height)"/>
    \((background.elements + elements).joined(separator: "\n"))
    </svg>

    """
  }
}

/// How large letters are, all of them equally wide.
enum FontSize: String, CaseIterable {
  case large
  case medium
  case small

  /// In pixels; 12 is the smallest that reads well.
  var height: Int {
    switch self {
    case .large: 18
    case .medium: 13
    case .small: 12
    }
  }

  /// Pixels from a line to the next.
  var leading: Int { height + 5 }

  /// How many letters fit into so many pixels: 0.6 of the height is the width of all usual fonts.
  func columns(in width: Int) -> Int { width * 100 / (height * 62) }
}

/// Text as it may stand in XML (XML 1.0 §2.2, §2.4).
enum XML {
  static func escaped(_ text: String) -> String {
    text.visible.unicodeScalars.reduce(into: "") { escaped, scalar in
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
  }
}
