import ArgumentParser

/// Splits a line into words with the quoting of POSIX shells (XCU 2.2), and nothing else of them.
enum ShellWords {
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
}
