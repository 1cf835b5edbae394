/// Words with the quoting of POSIX shells (XCU 2.2), and nothing else of them.
enum ShellWords {
  /// The words of a line. By scalars, as shells read it: an accent would make another character of
  /// a quote.
  static func split(_ line: String) throws(Flaw) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Unicode.Scalar?
    var scalars = line.unicodeScalars.makeIterator()
    while let scalar = scalars.next() {
      switch (scalar, quote) {
      case ("\\", nil), ("\\", "\""):
        guard let next = scalars.next() else { throw Flaw("it ends behind a backslash") }
        let isEscape = quote == nil || escapable.contains(next)
        word = (word ?? "") + (isEscape ? "" : "\\") + String(next)
      case (let closing, let open?) where closing == open:
        quote = nil
      case ("'", nil), ("\"", nil):
        quote = scalar
        word = word ?? ""
      case (let space, nil) where blank.contains(space):
        if let whole = word { words.append(whole) }
        word = nil
      default:
        word = (word ?? "") + String(scalar)
      }
    }
    guard quote == nil else { throw Flaw("a quote is open") }
    return words + (word.map { [$0] } ?? [])
  }

  /// A word as a shell takes it, in quotes if it needs them.
  static func quoted(_ word: String) -> String {
    guard word.isEmpty || !word.utf8.allSatisfy(plain.contains) else { return word }
    let pieces = word.utf8.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
    let text = pieces.map { String(decoding: $0, as: UTF8.self) }.joined(separator: #"'\''"#)
    return "'\(text)'"
  }

  private static let blank: Set<Unicode.Scalar> = [" ", "\t", "\n"]

  /// What a backslash stands before within double quotes.
  private static let escapable: Set<Unicode.Scalar> = ["\"", "\\", "$", "`"]

  /// What means nothing to a shell.
  private static let plain = Set(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_".utf8)
}
