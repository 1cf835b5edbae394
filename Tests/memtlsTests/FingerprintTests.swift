import Testing

@testable import memtls

@Suite struct FingerprintTests {
  @Test func `hexadecimal digits are taken with colons and without`() {
    let digits = String(repeating: "0f", count: 32)
    let bytes = [UInt8](repeating: 15, count: 32)
    #expect(Fingerprint(argument: digits)?.bytes == bytes)
    let pairs = Array(repeating: "0F", count: 32).joined(separator: ":")
    #expect(Fingerprint(argument: pairs)?.bytes == bytes)
  }

  @Test func `its text is what is taken`() throws {
    let bytes = (0..<32).map { UInt8($0 * 8) }
    let text = Fingerprint(bytes).text
    #expect(text.hasPrefix("0008101820") && text.hasSuffix("F0F8") && text.count == 64)
    #expect(Fingerprint(argument: text)?.bytes == bytes)
  }

  @Test(arguments: ["+f", "-0", "0x", "0g", " 0", "０ｆ"])
  func `what is no hexadecimal digit is refused`(pair: String) {
    #expect(Fingerprint(argument: String(repeating: pair, count: 32)) == nil)
  }
}
