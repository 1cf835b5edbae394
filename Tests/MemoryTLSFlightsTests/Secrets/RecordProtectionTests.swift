import MemoryTLS
@testable import MemoryTLSFlights
import Testing

@Suite struct RecordProtectionTests {
  @Test(
    arguments: [
      (0x1301, "AES-128-GCM", 16, .sha256, true), (0x1302, "AES-256-GCM", 16, .sha384, true),
      (0x1303, "ChaCha20-Poly1305", 16, .sha256, true), (0x1304, "AES-128-CCM", 16, .sha256, true),
      (0x1305, "AES-128-CCM", 8, .sha256, true), (0xC02F, "AES-128-GCM", 16, .sha256, false),
      (0xC030, "AES-256-GCM", 16, .sha384, false), (0xC0AC, "AES-128-CCM", 16, .sha256, false),
      (0xC0AF, "AES-256-CCM", 8, .sha256, false), (0xC0A9, "AES-256-CCM", 8, .sha256, false),
      (0xCCAB, "ChaCha20-Poly1305", 16, .sha256, true),
      (0xC05D, "ARIA-256-GCM", 16, .sha384, false),
      (0xD005, "AES-128-CCM", 16, .sha256, false), (0xD003, "AES-128-CCM", 8, .sha256, false),
    ] as [(UInt16, String, Int, HashFunction, Bool)])
  func `a suite's name says what it is made of`(
    suite: UInt16, name: String, tag: Int, hash: HashFunction, hasImplicitNonce: Bool
  ) throws {
    let protection = try RecordProtection(CipherSuite(rawValue: suite))
    #expect("\(protection.algorithm)".contains(name))
    #expect(protection.algorithm.tagByteCount == tag && protection.hash == hash)
    #expect(protection.hasImplicitNonce == hasImplicitNonce)
  }

  @Test(
    arguments: [
      (0x002F, "AES_128_CBC is no AEAD"), (0x0005, "RC4_128 is no AEAD"),
      (0x000A, "3DES_EDE_CBC is no AEAD"), (0x003B, "NULL is no AEAD"),
      (0xC07A, "CAMELLIA_128_GCM cannot be decrypted here"),
      (0x00C6, "cipher suite TLS_SM4_GCM_SM3 is unknown"),
      (0x4711, "cipher suite 0x4711 is unknown"),
      (0x5600, "cipher suite TLS_FALLBACK_SCSV is unknown"),
      (0x7A7A, "cipher suite GREASE 0x7a7a is unknown"),
    ] as [(UInt16, String)])
  func `what cannot be opened is told in words`(suite: UInt16, reason: String) {
    let error = #expect(throws: RecordProtection.Unavailable.self) {
      try RecordProtection(CipherSuite(rawValue: suite))
    }
    #expect(error?.reason == reason)
  }

  @Test func `every suite with an AEAD that OpenSSL has can be opened`() {
    for (number, name) in CipherSuite.registeredNames {
      let isAEAD = ["_GCM", "_CCM", "POLY1305"].contains { name.contains($0) }
      let isForeign = ["CAMELLIA", "SM4"].contains { name.contains($0) }
      let protection = try? RecordProtection(CipherSuite(rawValue: number))
      #expect((protection != nil) == (isAEAD && !isForeign), "\(name)")
    }
  }

  @Test func `a secret of another length is refused in words`() throws {
    let protection = try RecordProtection(CipherSuite(rawValue: 0x1302))
    let error = #expect(throws: RecordProtection.Unavailable.self) {
      try RecordKeys(tls13: Array(repeating: 0, count: 32), protection)
    }
    #expect(error?.reason == "a secret of 32 bytes, not 48")
  }
}
