internal import COpenSSL

// Counting what a peer does, for limits.

extension ContextHandle {
  func applyLimits(_ limits: Limits) throws(TLSError) {
    try limits.check()
    unsafe COpenSSL_SSL_CTX_set_max_cert_list(pointer, CLong(limits.certificateChainBytes))
  }
}

extension Connection {
  /// Ciphertext that OpenSSL has taken so far.
  var takenCiphertext: Int { pushedCiphertext &- unreadCiphertext }

  /// Whether messages or records of a first handshake have to be counted. OpenSSL lets a client send
  /// no more than eight messages, while it skips a server's HelloRequests without end.
  func mustCount(_ limits: Limits) -> Bool {
    reports.sending == .clientToServer || limits.handshakeMessages < 16 || limits.emptyRecords < 32
  }

  /// After the handshake every record would cost two calls: without an observer they are made only
  /// for limits that OpenSSL does not have.
  func releaseMessageCallback(_ limits: Limits, mayRenegotiate: Bool) {
    reports.emptyRecordLength = emptyRecordLength
    let isNeeded = reports.observer != nil || limits.emptyRecords < 32 || mayRenegotiate
    if !isNeeded { unsafe SSL_set_msg_callback(ssl, nil) }
  }

  /// How long the payload of a record without content is; nil for CBC, where it varies.
  private var emptyRecordLength: Int? {
    let cipher = unsafe SSL_get_current_cipher(ssl)
    guard unsafe SSL_CIPHER_is_aead(cipher) == 1 else { return nil }
    if version == .tls13 { return 17 }
    return unsafe SSL_CIPHER_get_cipher_nid(cipher) == NID_chacha20_poly1305 ? 16 : 24
  }
}

/// Whether a type is of those that are counted: handshake messages, and records by their header.
func isCounted(_ type: CInt) -> Bool { type == SSL3_RT_HANDSHAKE || type == SSL3_RT_HEADER }

extension CallbackReports {
  /// Counts a message, or a record by its header (the pseudo type 256).
  func count(_ type: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) {
    // What comes behind a handshake of TLS 1.3 has limits of its own.
    if type == SSL3_RT_HANDSHAKE, unsafe !isOpen || SSL_version(ssl) != TLS1_3_VERSION {
      tolls.handshakeMessages += 1
    }
    guard type == SSL3_RT_HEADER, count == 5, let bytes = unsafe bytes else { return }
    let header = unsafe UnsafeRawBufferPointer(start: bytes, count: 5)
    let length = unsafe Int(header[3]) << 8 | Int(header[4])
    tolls.emptyRecords = length == 0 || length == emptyRecordLength ? tolls.emptyRecords + 1 : 0
  }
}
