import Testing

@testable import memtls

@Suite struct ShellWordsTests {
  @Test(arguments: [
    ("pki/ca.pem", "pki/ca.pem"), ("", "''"), ("two words", "'two words'"),
    ("it's", #"'it'\''s'"#), ("$HOME", "'$HOME'"), ("~", "'~'"), ("a\\b", #"'a\b'"#),
    ("ü", "'ü'"), ("-a=b", "-a=b"), ("';id;'\u{301}", "''\\'';id;'\\''\u{301}'"),
  ])
  func `a word is quoted if a shell would change it`(word: String, quoted: String) throws {
    #expect(Array(ShellWords.quoted(word).utf8) == Array(quoted.utf8))
    let run = try Command.run("sh", ["-c", "printf %s \(quoted)"])
    #expect(run.status == 0 && run.output == word)
  }

  @Test(arguments: [
    ("a b", ["a", "b"]), ("  a\t b  ", ["a", "b"]), ("''", [""]), ("a''b", ["ab"]),
    ("'a\\b'", ["a\\b"]), ("\"a\\b\"", ["a\\b"]), ("\"a\\\\b\"", ["a\\b"]), ("a\\'b", ["a'b"]),
    ("", []),
    ("a\"b c\"'d e'", ["ab cd e"]), ("a\u{A0}b", ["a\u{A0}b"]),
  ])
  func `words are split as a shell would`(line: String, words: [String]) throws {
    #expect(try ShellWords.split(line) == words)
    let run = try Command.run(
      "sh", ["-c", "for word in \(line); do printf '%s\\0' \"$word\"; done"])
    #expect(run.output == words.map { $0 + "\0" }.joined())
  }

  @Test(arguments: ["", "two words", "it's", "a\\b", "'\"", "\n", "';id;'\u{301}"])
  func `a quoted word splits into itself`(word: String) throws {
    #expect(try ShellWords.split(ShellWords.quoted(word)) == [word])
  }
}
