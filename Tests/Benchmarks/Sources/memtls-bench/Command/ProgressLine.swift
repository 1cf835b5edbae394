import Foundation

/// A line on stderr that tells what is measured now; nothing if stderr is no terminal.
final class ProgressLine {
  private let isShown = isatty(2) == 1
  private var name = ""
  private var percent = -1

  func begin(_ name: String) {
    (self.name, percent) = (name, -1)
    write(name)
  }

  /// Shows how much is done: 0 to 1.
  func show(_ done: Double) {
    let percent = Int(done * 100)
    guard percent != self.percent else { return }
    self.percent = percent
    write("\(name) \(percent)%")
  }

  func clear() { write("") }

  private func write(_ text: String) {
    guard isShown else { return }
    // To the line's beginning, and erase it (ECMA-48 §8.3.41).
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }
}
