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

  @Test(arguments: ["", "two words", "it's", "a\\b", "'\""])
  func `a quoted word splits into itself`(word: String) throws {
    #expect(try ShellWords.split(ShellWords.quoted(word)) == [word])
  }
}
