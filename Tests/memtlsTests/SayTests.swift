import Testing

@testable import memtls

@Suite struct SayTests {
  @Test(arguments: [
    ("\u{1B}[31mred", "\\u{1B}[31mred"), ("one\r\ntwo", "one\\u{D}\\u{A}two"),
    ("\0\t\u{7F}\u{9B}", "\\u{0}\\u{9}\\u{7F}\\u{9B}"), ("a\u{202E}b", "a\\u{202E}b"),
    ("\u{2028}\u{2029}\u{FEFF}", "\\u{2028}\\u{2029}\\u{FEFF}"),
    ("CN=Jürgen Müller, O=株式会社", "CN=Jürgen Müller, O=株式会社"), ("e\u{301}", "e\u{301}"),
  ])
  func `what cannot be seen is escaped`(text: String, escaped: String) {
    #expect(Array(text.escaped.unicodeScalars) == Array(escaped.unicodeScalars))
  }
}
