import MemoryTLS

/// The keys of one direction, and how many records they have opened.
///
/// Theory. A record is sealed under its number, which nobody sends. Keys that have opened one are sure
/// of the next number, also behind a record that is not genuine. Keys that were never sure are tried
/// with the number 0 until a record proves genuine, because what came before it was sealed otherwise.
struct RecordKeys {
  private let protection: RecordProtection
  private let key: AEADKey
  private let nonce: [UInt8]
  private let form: Form
  private var number: UInt64 = 0
  /// Whether the number is known to be right.
  private(set) var isSure = false

  private enum Form {
    case tls12
    /// With the secret that the next one follows from.
    case tls13(secret: [UInt8])
  }

  /// What was in a record.
  struct Opened {
    /// Nil if there is none, as in a record of nothing but zeros (RFC 8446 §5.4).
    var contentType: ContentType?
    var plaintext: [UInt8]

    var outcome: Decryption.Outcome {
      guard let contentType else {
        return (.unreadable("has no content type behind its plaintext, only zeros"), nil)
      }
      return (.decrypted(contentType), plaintext)
    }
  }

  /// Keys of TLS 1.3 (RFC 8446 §7.3).
  init(
    tls13 secret: [UInt8], _ protection: RecordProtection
  ) throws(RecordProtection.Unavailable) {
    let (hash, algorithm) = (protection.hash, protection.algorithm)
    guard secret.count == hash.byteCount else {
      throw .init(reason: "a secret of \(secret.count) bytes, not \(hash.byteCount)")
    }
    try self.init(
      protection, hash.expandLabel(secret, "key", count: algorithm.keyByteCount),
      hash.expandLabel(secret, "iv", count: AEAD.nonceByteCount), .tls13(secret: secret))
  }

  /// Keys of TLS 1.2 (RFC 5246 §6.3), those of one direction.
  init(
    tls12 masterSecret: [UInt8], _ protection: RecordProtection, _ direction: Direction,
    clientRandom: [UInt8], serverRandom: [UInt8]
  ) throws(RecordProtection.Unavailable) {
    let keyCount = protection.algorithm.keyByteCount
    let nonceCount = protection.hasImplicitNonce ? AEAD.nonceByteCount : 4
    let block = protection.hash.pseudorandom(
      masterSecret, "key expansion", seed: serverRandom + clientRandom,
      count: 2 * (keyCount + nonceCount))
    let index = direction == .clientToServer ? 0 : 1
    let nonces = block.dropFirst(2 * keyCount)
    try self.init(
      protection, Array(block.dropFirst(index * keyCount).prefix(keyCount)),
      Array(nonces.dropFirst(index * nonceCount).prefix(nonceCount)), .tls12)
  }

  private init(
    _ protection: RecordProtection, _ key: [UInt8], _ nonce: [UInt8], _ form: Form
  ) throws(RecordProtection.Unavailable) {
    guard let key = AEADKey(protection.algorithm, key) else {
      throw .init(reason: "this OpenSSL does not have \(protection.algorithm)")
    }
    (self.protection, self.key, self.nonce, self.form) = (protection, key, nonce, form)
  }

  /// Says that the next record is the first under these keys.
  mutating func begin() { isSure = true }

  /// Opens a record, header included; nil if it is not genuine. Counts it if the number is sure.
  mutating func open(_ record: ArraySlice<UInt8>) -> Opened? {
    let opened: Opened?
    switch form {
    case .tls12: opened = open12(record)
    case .tls13: opened = open13(record)
    }
    if opened != nil { isSure = true }
    if isSure { number &+= 1 }
    return opened
  }

  /// The keys behind a KeyUpdate (RFC 8446 §7.2).
  func updated() -> RecordKeys? {
    guard case .tls13(let secret) = form else { return nil }
    let hash = protection.hash
    let next = hash.expandLabel(secret, "traffic upd", count: hash.byteCount)
    guard var keys = try? RecordKeys(tls13: next, protection) else { return nil }
    keys.begin()
    return keys
  }

  /// RFC 8446 §5.2: the type stands behind the content, and zeros behind that.
  private func open13(_ record: ArraySlice<UInt8>) -> Opened? {
    guard
      let inner = key.open(
        record.dropFirst(5), nonce: implicitNonce, additionalData: Array(record.prefix(5)))
    else { return nil }
    guard let end = inner.lastIndex(where: { $0 != 0 }) else { return Opened(plaintext: []) }
    return Opened(
      contentType: ContentType(rawValue: inner[end]), plaintext: Array(inner.prefix(upTo: end)))
  }

  /// RFC 5246 §6.2.3.3, RFC 7905 §2.
  private func open12(_ record: ArraySlice<UInt8>) -> Opened? {
    let explicit = protection.hasImplicitNonce ? 0 : 8
    let sealed = record.dropFirst(5 + explicit)
    let count = sealed.count - protection.algorithm.tagByteCount
    guard count >= 0, record.count >= 5 + explicit, let type = record.first else { return nil }
    let length = [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
    let nonce =
      protection.hasImplicitNonce ? implicitNonce : nonce + record.dropFirst(5).prefix(explicit)
    return key.open(
      sealed, nonce: nonce, additionalData: numberBytes + record.prefix(3) + length
    ).map { Opened(contentType: ContentType(rawValue: type), plaintext: $0) }
  }

  private var implicitNonce: [UInt8] { zip(nonce, [0, 0, 0, 0] + numberBytes).map { $0 ^ $1 } }

  private var numberBytes: [UInt8] {
    stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
  }
}
