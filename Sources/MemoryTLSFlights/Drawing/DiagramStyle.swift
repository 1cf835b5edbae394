/// The style sheet of a diagram. Its rules begin with a class, so that they touch nothing else where
/// the drawing stands in a page.
enum DiagramStyle {
  static let sheet = """
    \(fonts)
    \(Palette.light.rules)
    @media (prefers-color-scheme: dark) {
    \(Palette.dark.rules)
    }
    """

  private static let fonts =
    ([
      """
      .tls-flights text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, \
      "DejaVu Sans Mono", "Liberation Mono", monospace; }
      .tls-flights .sealed { font-style: italic; }
      .tls-flights .bad { font-weight: bold; }
      .tls-flights .large { font-weight: bold; }
      """
    ]
    + FontSize.allCases.map { ".tls-flights .\($0.rawValue) { font-size: \($0.height)px; }" })
    .joined(separator: "\n")

  /// Colours; letters have a contrast of 4.5 to 1 at least (WCAG 2.2 §1.4.3).
  private struct Palette {
    let paper: String
    let tones: [(Tone, String)]

    var rules: String {
      ([".tls-flights .paper { fill: \(paper); }"]
        + tones.map { tone, color in
          ".tls-flights .\(tone.rawValue) { fill: \(color); }\n"
            + ".tls-flights line.\(tone.rawValue) { stroke: \(color); stroke-width: 1.5px; }"
        }).joined(separator: "\n")
    }

    static let light = Palette(
      paper: "#ffffff",
      tones: [
        (.ink, "#1f2328"), (.faint, "#59636e"), (.sealed, "#6639ba"), (.bad, "#b3261e"),
        (.client, "#0969da"), (.server, "#a04100"),
      ])

    static let dark = Palette(
      paper: "#0d1117",
      tones: [
        (.ink, "#e6edf3"), (.faint, "#9198a1"), (.sealed, "#c297ff"), (.bad, "#ff8a80"),
        (.client, "#58a6ff"), (.server, "#f0883e"),
      ])
  }
}
