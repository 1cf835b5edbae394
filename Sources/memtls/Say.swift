import Foundation
import Synchronization
import SystemPackage

/// Talk, one line, whatever a peer put into it. It is lost if stderr does not take it within a second,
/// or at once as long as that goes on.
func say(_ line: String) {
  StatusLine.print("memtls: \(line.escaped)\n")
}

/// The last line of stderr, which stays below what is said and is made anew in its place.
enum StatusLine {
  private static let shown = Mutex<String?>(nil)
  private static let isStuck = Atomic(false)

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
    var polled = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    let patience: Int32 = isStuck.load(ordering: .relaxed) ? 0 : 1000
    let hasRoom = unsafe poll(&polled, 1, patience) == 1
    isStuck.store(!hasRoom, ordering: .relaxed)
    // Where there is room for anything, there is for so much (pipe(7), PIPE_BUF).
    guard hasRoom else { return }
    _ = try? FileDescriptor.standardError.writeAll(text.utf8.prefix(4096))
  }

  /// To the line's beginning, and erase it (ECMA-48 §8.3.41).
  private static let clearing = "\r\u{1B}[K"
}

extension String {
  /// The text without characters that move the cursor, break the line or turn the direction of
  /// writing: these stand as `\u{1B}`.
  var escaped: String {
    unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isInvisible {
        text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}

extension Unicode.Scalar {
  /// Whether it moves the cursor, breaks the line or turns the direction of writing.
  var isInvisible: Bool { invisible.contains(properties.generalCategory) }
}

/// Cc, Cf, Zl and Zp (Unicode Standard §4.5).
private let invisible: Set<Unicode.GeneralCategory> = [
  .control, .format, .lineSeparator, .paragraphSeparator,
]
