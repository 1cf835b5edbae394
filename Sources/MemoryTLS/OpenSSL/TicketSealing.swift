internal import COpenSSL

// `SSL_CTX_set_tlsext_ticket_key_evp_cb`: which key a ticket is sealed or opened with.

extension ContextHandle {
  func applyTicketKeys() {
    guard ticketKeys != nil else { return }
    unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer) {
      ssl, name, nonce, cipher, mac, isSealing in
      guard let keys = unsafe reports(of: ssl)?.sessions?.ticketKeys, let name = unsafe name,
        let nonce = unsafe nonce
      else { return TicketVerdict.failed }
      return isSealing == 1
        ? unsafe keys.current.seal(name, nonce, cipher, mac)
        : unsafe keys.open(name, nonce, cipher, mac)
    }
  }
}

/// What the callback answers.
private enum TicketVerdict {
  static let failed: CInt = -1
  /// Nobody's: the handshake is a full one.
  static let unknown: CInt = 0
  static let fine: CInt = 1
  /// Opened, and to be replaced by a ticket of the current key.
  static let renew: CInt = 2
}

extension TicketKeys {
  fileprivate func open(
    _ name: UnsafeMutablePointer<UInt8>, _ nonce: UnsafeMutablePointer<UInt8>,
    _ cipher: OpaquePointer?, _ mac: OpaquePointer?
  ) -> CInt {
    let wanted = unsafe UnsafeBufferPointer(start: name, count: 16)
    guard let (key, isCurrent) = unsafe key(named: wanted) else { return TicketVerdict.unknown }
    let isReady = unsafe EVP_DecryptInit_ex2(
      cipher, EVP_aes_256_cbc(), key.encryption, nonce, nil)
    guard isReady == 1, unsafe key.begin(mac) else { return TicketVerdict.failed }
    return isCurrent ? TicketVerdict.fine : TicketVerdict.renew
  }
}

extension TicketKey {
  fileprivate func seal(
    _ name: UnsafeMutablePointer<UInt8>, _ nonce: UnsafeMutablePointer<UInt8>,
    _ cipher: OpaquePointer?, _ mac: OpaquePointer?
  ) -> CInt {
    for (index, byte) in self.name.enumerated() { unsafe name[index] = byte }
    // From the library context that is the thread's default here.
    guard unsafe RAND_bytes(nonce, 16) == 1,
      unsafe EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), encryption, nonce, nil) == 1,
      unsafe begin(mac)
    else { return TicketVerdict.failed }
    return TicketVerdict.fine
  }

  fileprivate func begin(_ mac: OpaquePointer?) -> Bool {
    unsafe COpenSSL_EVP_MAC_init_sha256(mac, authentication, authentication.count) == 1
  }
}

/// Random bytes for secrets.
func randomBytes(_ count: Int) throws(TLSError) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: count)
  guard unsafe RAND_priv_bytes(&bytes, CInt(count)) == 1 else {
    throw .outOfMemory("RAND_priv_bytes")
  }
  return bytes
}
