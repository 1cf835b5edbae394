import ArgumentParser

/// Words with the quoting of POSIX shells (XCU 2.2), and nothing else of them.
enum ShellWords {
  /// The words of a line.
  static func split(_ line: String) throws -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var characters = line.makeIterator()
    while let character = characters.next() {
      switch (character, quote) {
      case ("\\", nil), ("\\", "\""):
        guard let next = characters.next() else {
          throw ValidationError("'\(line)' ends behind a backslash")
        }
        let isEscape = quote == nil || "\"\\$`".contains(next)
        word = (word ?? "") + (isEscape ? "" : "\\") + String(next)
      case (let closing, let open?) where closing == open:
        quote = nil
      case ("'", nil), ("\"", nil):
        quote = character
        word = word ?? ""
      case (let space, nil) where space.isWhitespace:
        if let whole = word { words.append(whole) }
        word = nil
      default:
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { throw ValidationError("'\(line)' has an open quote") }
    return words + (word.map { [$0] } ?? [])
  }

  /// A word as a shell takes it, in quotes if it needs them.
  static func quoted(_ word: String) -> String {
    guard word.isEmpty || !word.utf8.allSatisfy(plain.contains) else { return word }
    // By bytes, as shells read it: an accent would make another character of a quote.
    let pieces = word.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    let text = pieces.map { String(decoding: $0, as: UTF8.self) }.joined(separator: #"'\''"#)
    return "'\(text)'"
  }

  /// What means nothing to a shell.
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_".utf8)
}
