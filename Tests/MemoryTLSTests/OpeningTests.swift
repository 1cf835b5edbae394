@testable import MemoryTLS
import Testing

@Suite struct OpeningTests {
  @Test(
    arguments: [
      ([], true), ([22], true), ([22, 3], true), ([22, 3, 1], true), ([20, 3], true),
      ([24, 3], true),
      ([22, 2], false), ([19], false), ([25, 3], false), ([71, 69, 84], false), ([0], false),
    ] as [([UInt8], Bool)])
  func `a record's header is told from other bytes`(bytes: [UInt8], looksLikeTLS: Bool) {
    #expect(opening(bytes).looksLikeTLS == looksLikeTLS)
  }

  @Test func `the first 16 bytes are kept, however they come`() {
    let bytes = Array("0123456789abcdefghij".utf8)
    var pieces = Opening()
    for byte in bytes { pieces.note([byte].span) }
    pieces.note([UInt8]().span)
    #expect(pieces.quoted == "\"0123456789abcdef\"")
    #expect(opening(bytes).quoted == "\"0123456789abcdef\"")
  }

  @Test func `what cannot be shown is escaped`() {
    #expect(opening(Array("a\"b\\\r\n".utf8)).quoted == #""a\"b\\\r\n""#)
    #expect(opening([0, 9, 0x1F, 0x7F, 0x80, 0xFF]).quoted == #""\x00\x09\x1f\x7f\x80\xff""#)
    #expect(opening([]).quoted == "\"\"")
  }

  private func opening(_ bytes: [UInt8]) -> Opening {
    var opening = Opening()
    opening.note(bytes.span)
    return opening
  }
}
