@testable import MemoryTLS
import Testing

@Suite struct IPTextTests {
  // RFC 5952 §4.2.3: "the longest run of consecutive 16-bit 0 fields MUST be shortened ... When the
  // length of the consecutive 16-bit 0 fields are equal ..., the first sequence of zero bits MUST
  // be shortened."
  @Test(
    arguments: [
      ([0x2001, 0xDB8, 0, 0, 0, 0, 0, 1], "2001:db8::1"), ([0, 0, 0, 0, 0, 0, 0, 0], "::"),
      ([0, 0, 0, 0, 0, 0, 0, 1], "::1"), ([1, 0, 0, 0, 0, 0, 0, 0], "1::"),
      ([0x2001, 0xDB8, 0, 0, 1, 0, 0, 1], "2001:db8::1:0:0:1"),
      ([0x2001, 0, 0, 1, 0, 0, 0, 1], "2001:0:0:1::1"),
      // RFC 5952 §4.2.2: "The symbol "::" MUST NOT be used to shorten just one 16-bit 0 field."
      ([0x2001, 0xDB8, 0, 1, 1, 1, 1, 1], "2001:db8:0:1:1:1:1:1"),
      ([1, 2, 3, 4, 5, 6, 7, 8], "1:2:3:4:5:6:7:8"),
      ([0xFFFF, 0xABCD, 0x10, 0x100, 0, 0, 0xF, 0xFFFF], "ffff:abcd:10:100::f:ffff"),
      ([0, 0, 1, 0, 0, 0, 1, 0], "0:0:1::1:0"),
    ] as [([UInt16], String)])
  func `IPv6 is written as RFC 5952 says`(groups: [UInt16], text: String) {
    let bytes = groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    #expect(IPText.text(of: bytes) == text)
  }

  @Test func `IPv4 is dotted decimal and other lengths are hexadecimal`() {
    #expect(IPText.text(of: [192, 0, 2, 255]) == "192.0.2.255")
    #expect(IPText.text(of: []) == "")
    #expect(IPText.text(of: [1, 0xAB, 0xFF]) == "01abff")
    #expect(IPText.text(of: Array(repeating: 0, count: 8)) == "0000000000000000")
  }
}
