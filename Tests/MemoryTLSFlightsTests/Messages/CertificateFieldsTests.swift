import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct CertificateFieldsTests {
  @Test(
    arguments: [
      (0, 951_782_400, "1970-01-01 to 2000-02-29"),
      (1_709_164_799, 1_709_251_200, "2024-02-28 to 2024-03-01"),
      (4_107_542_399, 4_107_542_400, "2100-02-28 to 2100-03-01"),
      (-1, 253_402_300_799, "1969-12-31 to 9999-12-31"),
    ] as [(Int64, Int64, String)])
  func `a certificate is told with its dates`(from: Int64, to: Int64, words: String) throws {
    let certificate = try TestIdentity.selfSigned(
      .server, "me", organization: "Us", validity: from..<(to + 1)
    ).certificate
    let length = { (count: Int) in [16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } }
    let list = length(certificate.count + 3) + length(certificate.count) + certificate
    let fields = try #require(sample(11, list)).fields(in: .tls12)
    let leaf = try #require(fields.last?.children.last)
    #expect(leaf.name == "certificate 1" && !leaf.isVolatile)
    #expect(leaf.value == "O=Us, CN=me, issued by O=Us, CN=me, valid \(words)")
  }

  @Test func `what is no certificate is counted in bytes`() throws {
    let fields = try #require(sample(11, [0, 0, 5, 0, 0, 2, 1, 2])).fields(in: .tls12)
    #expect(fields.last?.children.last?.value == "2 bytes")
  }

  @Test func `a stapled response and compressed certificates`() throws {
    let status = try #require(sample(22, [1, 0, 0, 2, 7, 7])).fields(in: .tls12)
    #expect(status.suffix(2).map(\.value) == ["ocsp", "0707"])
    let compressed = try #require(sample(25, [0, 2, 0, 1, 0, 0, 0, 1, 9])).fields(in: .tls13)
    #expect(compressed.suffix(3).map(\.value) == ["brotli", "256", "09"])
  }

  @Test func `before TLS 1.2 nothing says how a signature was made`() throws {
    let verify = try #require(sample(15, [0, 1, 9]))
    #expect(verify.fields(in: .init(rawValue: 0x0302)).suffix(1).map(\.name) == ["signature"])
    #expect(verify.fields(in: .tls12).last?.name == MessageField.malformed)
  }
}
