import Foundation

/// Talk, one line, whatever a peer put into it. It is lost if stderr does not take it.
func say(_ line: String) {
  try? FileHandle.standardError.write(contentsOf: Data("memtls: \(line.escaped)\n".utf8))
}

extension String {
  /// The text without characters that move the cursor, break the line or turn the direction of
  /// writing: these stand as `\u{1B}`.
  var escaped: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      if invisible.contains(scalar.properties.generalCategory) {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

/// Cc, Cf, Zl and Zp (Unicode Standard §4.5).
private let invisible: Set<Unicode.GeneralCategory> = [
  .control, .format, .lineSeparator, .paragraphSeparator,
]
