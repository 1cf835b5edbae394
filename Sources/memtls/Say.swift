import Foundation
import Synchronization

/// Talk, one line, whatever a peer put into it. It is lost if stderr does not take it.
func say(_ line: String) {
  StatusLine.print("memtls: \(line.escaped)\n")
}

/// The last line of stderr, which stays below what is said and is made anew in its place.
enum StatusLine {
  private static let shown = Mutex<String?>(nil)

  /// Shows another line, or none.
  static func show(_ line: String?) {
    shown.withLock { shown in
      let old = shown
      shown = line
      write((old == nil ? "" : clearing) + (line ?? ""))
    }
  }

  /// Prints above the line.
  fileprivate static func print(_ text: String) {
    shown.withLock { line in
      write(line.map { clearing + text + $0 } ?? text)
    }
  }

  private static func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// To the line's beginning, and erase it (ECMA-48 §8.3.41).
  private static let clearing = "\r\u{1B}[K"
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
