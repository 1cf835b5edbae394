import MemoryTLS

/// How a cipher suite protects records: what it is made of.
struct RecordProtection: Sendable, Hashable {
  let algorithm: AEAD
  let hash: HashFunction
  /// Whether a nonce is the sequence number, added to 12 fixed bytes; else 4 are fixed and 8 stand in
  /// the record.
  let hasImplicitNonce: Bool

  /// Why records cannot be opened.
  struct Unavailable: Error {
    let reason: String
  }

  /// What the suite's name says, which is all there is to know.
  init(_ suite: CipherSuite) throws(Unavailable) {
    let name = suite.description
    guard let cipher = suite.bulkCipher else {
      throw Unavailable(reason: "cipher suite \(name) is unknown")
    }
    guard let known = Self.algorithms.first(where: { cipher.hasPrefix($0.name) }) else {
      let bulk = cipher.split(separator: "_").dropLast(cipher.hasSuffix("CCM") ? 0 : 1)
      let isAEAD = ["GCM", "CCM", "MGM"].contains { cipher.contains($0) }
      let verdict = isAEAD ? "cannot be decrypted here" : "is no AEAD"
      throw Unavailable(reason: "\(bulk.joined(separator: "_")) \(verdict)")
    }
    algorithm = known.algorithm
    hash = cipher.hasSuffix("SHA384") ? .sha384 : .sha256
    hasImplicitNonce = suite.isTLS13 || known.algorithm == .chaCha20Poly1305
  }

  /// Longer names before those that they begin with.
  private static let algorithms: [(name: String, algorithm: AEAD)] = [
    ("AES_128_GCM", .aes128GCM), ("AES_256_GCM", .aes256GCM),
    ("AES_128_CCM_8", .aes128CCM8), ("AES_256_CCM_8", .aes256CCM8),
    ("AES_128_CCM", .aes128CCM), ("AES_256_CCM", .aes256CCM),
    ("ARIA_128_GCM", .aria128GCM), ("ARIA_256_GCM", .aria256GCM),
    ("CHACHA20_POLY1305", .chaCha20Poly1305),
  ]
}

extension CipherSuite {
  /// The name's part behind `_WITH_`, such as `AES_128_GCM_SHA256`; nil for an unknown suite.
  fileprivate var bulkCipher: String? {
    let name = description
    guard name.hasPrefix("TLS_") else { return nil }
    if isTLS13 { return String(name.dropFirst(4)) }
    return name.firstRange(of: "_WITH_").map { String(name[$0.upperBound...]) }
  }
}
