import Testing

@testable import MemoryTLSFlights

@Suite struct ColumnsTests {
  @Test(arguments: [
    ("\u{1B}[31mred", "\\u{1B}[31mred"), ("a\r\nb\0", "a\\u{D}\\u{A}b\\u{0}"),
    ("\u{202E}\u{2028}\u{FEFF}", "\\u{202E}\\u{2028}\\u{FEFF}"), ("e\u{301}", "e\\u{301}"),
    ("\u{E000}\u{FFFF}", "\\u{E000}\\u{FFFF}"), ("Jürgen, 株式会社", "Jürgen, 株式会社"),
  ])
  func `what cannot be seen by itself is escaped`(text: String, visible: String) {
    #expect(Array(text.visible.unicodeScalars) == Array(visible.unicodeScalars))
  }

  @Test func `characters of East Asia take two columns`() {
    #expect("".columns == 0)
    #expect("abc…".columns == 4)
    #expect("株式会社".columns == 8)
    #expect("é🎉".columns == 3)
  }

  @Test(arguments: [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("abcdef", 1, "…"), ("abcdef", 0, ""),
    ("", 0, ""), ("株式会社", 8, "株式会社"), ("株式会社", 7, "株式会…"), ("株式会社", 6, "株式…"),
    ("株式会社", 1, "…"),
  ])
  func `what does not fit ends with an ellipsis`(text: String, limit: Int, cut: String) {
    #expect(text.cut(toColumns: limit) == cut)
    #expect(text.cut(toColumns: limit).columns <= limit)
  }
}
