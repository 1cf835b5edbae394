internal import COpenSSL

// How long records get, so that nothing is written that the ring has no room for.

extension ContextHandle {
  /// Sets it also where it is none: `openssl.cnf` may have another.
  func applyRecordPadding(_ configuration: TLSConfiguration) throws(TLSError) {
    let block = configuration.recordPadding.block
    try configuration.recordPadding.check(fits: configuration.ringCapacity)
    unsafe SSL_CTX_set_block_padding(pointer, block == 1 ? 0 : block)
  }
}

extension Connection {
  /// The most bytes that this much plaintext takes as a record.
  ///
  /// TLS 1.3: 5 of header, 1 of type, 16 of tag, and padding. TLS 1.2 with GCM or CCM: 5, 8 of nonce,
  /// 16 of tag. With CBC: 5, 16 of IV, up to 48 of MAC and up to 256 of padding in theory; 261 covers
  /// OpenSSL.
  func sealedSize(of count: Int) -> Int {
    // Without padding, and without asking OpenSSL.
    guard !canForeseeWrites else { return count + 22 }
    return version == .tls13 ? recordPadding.sealedSize(of: count) : count + overhead
  }

  /// The most plaintext whose record is no longer than this; 0 if none is.
  func largestPlaintext(sealedIn room: Int) -> Int {
    guard !canForeseeWrites else { return min(16384, max(0, room - 22)) }
    return version == .tls13
      ? recordPadding.largestPlaintext(sealedIn: room) : max(0, room - overhead)
  }

  private var overhead: Int {
    unsafe SSL_CIPHER_is_aead(SSL_get_current_cipher(ssl)) == 1 ? 29 : 261
  }
}

// In TLS 1.3, also before it is known that this is the version.
extension RecordPadding {
  /// Whether a record's smallest size leaves room in a ring.
  func check(fits rings: RingCapacity) throws(TLSError) {
    guard case .toMultiple = self else { return }
    let most = min(16384, rings.outgoing - 21)
    guard 2...most ~= block else {
      throw .configuration("padding to a multiple of \(block) bytes is not within 2...\(most)")
    }
  }

  func sealedSize(of count: Int) -> Int {
    guard self != .none else { return count + 22 }
    let inner = count + 1
    return 21 + max(inner, min(16384, (inner + block - 1) / block * block))
  }

  func largestPlaintext(sealedIn room: Int) -> Int {
    let inner = max(0, room - 21)
    guard inner <= 16384 else { return 16384 }
    guard self != .none else { return max(0, inner - 1) }
    return max(0, inner / block * block - 1)
  }
}
