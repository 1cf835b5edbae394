extension StringProtocol {
  /// How many columns of a terminal it takes, where nothing in it combines or moves the cursor: see
  /// ``visible``.
  var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }

  /// The text without what moves the cursor, breaks the line, turns the direction of writing or
  /// joins the character before it: these stand as `\u{1B}`.
  var visible: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isVisible {
        text.unicodeScalars.append(scalar)
      } else {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      }
    }
  }

  /// Its beginning, with an ellipsis if that is not all of it.
  func cut(toColumns limit: Int) -> String {
    var (text, width) = ("", 0)
    for scalar in unicodeScalars {
      guard width + scalar.columns <= limit else {
        while width >= limit, let last = text.unicodeScalars.popLast() { width -= last.columns }
        return limit > 0 ? text + "…" : ""
      }
      text.unicodeScalars.append(scalar)
      width += scalar.columns
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Two for the characters of East Asia and for pictures (Unicode Standard Annex #11), else one.
  fileprivate var columns: Int { value >= 0x1100 && Self.wide.contains { $0 ~= value } ? 2 : 1 }

  fileprivate var isVisible: Bool {
    if 0x20...0x7E ~= value { return true }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return false
    case .nonspacingMark, .enclosingMark, .spacingMark: return false
    case .surrogate, .privateUse, .unassigned: return false
    default: return true
    }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x2614...0x2615, 0x2648...0x2653,
    0x26A0...0x26FD, 0x2705...0x27BF, 0x2B1B...0x2B55, 0x2E80...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F000...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
