import MemoryTLSTransport
import Testing

// D. J. Bernstein, "Netstrings" (1997): "Any string of 8-bit bytes may be encoded as
// [len]":"[string]",". Here [string] is the string and [len] is a nonempty sequence of ASCII digits
// giving the length of [string] in decimal. […] Extra zeros at the front of [len] are prohibited."
@Suite struct NetstringFramingTests {
  private let framing = NetstringFraming(limit: 1000)

  @Test func `the strings of the definition`() throws {
    #expect(framing.encoding("hello world!") == Array("12:hello world!,".utf8))
    #expect(try framing.decoding("12:hello world!,0:,1:x,") == ["hello world!", "", "x"].bytes)
  }

  @Test func `payloads may hold anything`() throws {
    #expect(try framing.decoding("6:3:x,\n:,") == ["3:x,\n:"].bytes)
    let all = Array(0...255 as ClosedRange<UInt8>)
    #expect(try framing.decoding(framing.encoding([all])).payloads == [all])
  }

  @Test(
    arguments: [
      ("00:,", "netstring's length has '0' as byte 2"),
      ("01:x,", "netstring's length has '1' as byte 2"),
      (":x,", "netstring's length has ':' as byte 1"),
      ("-1:x,", "netstring's length has '-' as byte 1"),
      ("+1:x,", "netstring's length has '+' as byte 1"),
      (" 1:x,", "netstring's length has byte 0x20 as byte 1"),
      ("1 :x,", "netstring's length has byte 0x20 as byte 2"),
      ("1x", "netstring's length has 'x' as byte 2"),
      ("\u{0}", "netstring's length has byte 0x0 as byte 1"),
      ("2:xy;", "netstring of 2 bytes ends with ';', not with ','"),
      ("2:x,1", "netstring of 2 bytes ends with '1', not with ','"),
      ("1:x\n", "netstring of 1 bytes ends with byte 0xa, not with ','"),
    ])
  func `everything else is refused`(text: String, reason: String) {
    #expect(throws: FramingError.malformed(reason)) { try framing.decoding(text) }
  }

  @Test func `a longer one is refused at the digit that makes it so`() throws {
    #expect(throws: FramingError.oversized(length: 1001, limit: 1000)) {
      try framing.decoding("1001")
    }
    #expect(throws: FramingError.oversized(length: 9999, limit: 1000)) {
      try framing.decoding("99999999999999999999999999999999999999")
    }
    #expect(try framing.decoding(framing.encoding([pattern(1000)])).payloads == [pattern(1000)])
  }

  @Test func `limits`() {
    #expect(NetstringFraming().limit == 1 << 20 && NetstringFraming().largestPayload == 16384)
    #expect(framing.largestPayload == 1000 && framing.largestFrame == 1006)
    #expect(framing.encoding([pattern(1000)]).count == 1006)
    #expect([Int.min, 0].map { NetstringFraming(limit: $0).limit } == [1, 1])
    #expect(NetstringFraming(limit: .max).largestFrame == 0xFFFF_FFFF + 12)
    #expect(framing.scope == .connection)
  }
}

extension [String] {
  /// Each as its bytes.
  var bytes: [[UInt8]] { map { [UInt8]($0.utf8) } }
}
