internal import COpenSSL

// Keys from elsewhere: what a client offers, and what a server finds.

extension ContextHandle {
  func applyPreSharedKeys(_ configuration: TLSConfiguration) throws(TLSError) {
    guard let keys = configuration.preSharedKeys else { return }
    try keys.check(configuration)
    unsafe SSL_CTX_set_psk_use_session_callback(pointer) { unsafe offer($0, $1, $2, $3, $4) }
    unsafe SSL_CTX_set_psk_find_session_callback(pointer) { unsafe find($0, $1, $2, $3) }
    guard configuration.versions.contains(.tls12) else { return }
    unsafe SSL_CTX_set_psk_client_callback(pointer) { ssl, _, identity, most, key, size in
      unsafe tell(ssl, identity, Int(most), key, Int(size))
    }
    unsafe SSL_CTX_set_psk_server_callback(pointer) { unsafe look($0, $1, $2, Int($3)) }
  }
}

extension Connection {
  /// The name of the key that was used, where one was. To be asked when a handshake is done, before
  /// tickets replace the session.
  var pskIdentity: [UInt8]? {
    if version == .tls12 {
      return unsafe SSL_get_psk_identity(ssl).map { unsafe bytes(of: $0) }
    }
    // In TLS 1.3 a key and a ticket are the same to OpenSSL, but a key has no ticket.
    let isTicket = unsafe SSL_SESSION_has_ticket(SSL_get_session(ssl)) == 1
    guard isResumed, isServer || !isTicket else { return nil }
    return reports.pskIdentity
  }

  private var isServer: Bool { unsafe SSL_is_server(ssl) == 1 }
}

// MARK: - TLS 1.3

/// `SSL_CTX_set_psk_use_session_callback`: the first key, unless the hash that a HelloRetryRequest
/// settled is another. OpenSSL copies the identity, which the session keeps until then.
private func offer(
  _ ssl: OpaquePointer?, _ hash: OpaquePointer?,
  _ identity: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ count: UnsafeMutablePointer<Int>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  unsafe result?.pointee = nil
  guard let ssl = unsafe ssl, let reports = unsafe reports(of: ssl),
    let key = reports.preSharedKeys?.keys.first
  else { return 1 }
  if let hash = unsafe hash, unsafe EVP_MD_get_type(hash) != key.hash.number { return 1 }
  guard let session = unsafe session(of: key, for: ssl) else { return 0 }
  var kept: UnsafeMutableRawPointer?
  var size = 0
  unsafe SSL_SESSION_set1_ticket_appdata(session, key.identity, key.identity.count)
  unsafe SSL_SESSION_get0_ticket_appdata(session, &kept, &size)
  unsafe identity?.pointee = UnsafePointer(kept?.assumingMemoryBound(to: UInt8.self))
  unsafe count?.pointee = size
  unsafe result?.pointee = session
  reports.pskIdentity = key.identity
  return 1
}

/// `SSL_CTX_set_psk_find_session_callback`: called for every identity of the client, tickets too.
private func find(
  _ ssl: OpaquePointer?, _ identity: UnsafePointer<UInt8>?, _ count: Int,
  _ result: UnsafeMutablePointer<OpaquePointer?>?
) -> CInt {
  unsafe result?.pointee = nil
  guard let ssl = unsafe ssl, let reports = unsafe reports(of: ssl) else { return 1 }
  let name = unsafe Array(UnsafeBufferPointer(start: identity, count: count))
  let key = reports.key(named: name, .tls13)
  reports.pskIdentity = key?.identity
  guard let key else { return 1 }
  let session = unsafe session(of: key, for: ssl)
  unsafe result?.pointee = session
  return unsafe session == nil ? 0 : 1
}

/// A key as a session of TLS 1.3; its cipher suite only tells the hash.
private func session(of key: ExternalPSK, for ssl: OpaquePointer) -> OpaquePointer? {
  let context = unsafe reports(of: ssl)?.sessionContext ?? []
  let suite: [UInt8] = key.hash == .sha384 ? [0x13, 0x02] : [0x13, 0x01]
  guard let cipher = unsafe SSL_CIPHER_find(ssl, suite), let session = unsafe SSL_SESSION_new()
  else { return nil }
  guard unsafe SSL_SESSION_set1_master_key(session, key.key, key.key.count) == 1,
    unsafe SSL_SESSION_set_cipher(session, cipher) == 1,
    unsafe SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1,
    unsafe SSL_SESSION_set1_id_context(session, context, CUnsignedInt(context.count)) == 1
  else {
    unsafe SSL_SESSION_free(session)
    return nil
  }
  return unsafe session
}

// MARK: - TLS 1.2

/// `SSL_CTX_set_psk_client_callback`: the first key. For TLS 1.3 the other callback speaks.
private func tell(
  _ ssl: OpaquePointer?, _ identity: UnsafeMutablePointer<CChar>?, _ most: Int,
  _ out: UnsafeMutablePointer<UInt8>?, _ size: Int
) -> CUnsignedInt {
  guard let ssl = unsafe ssl, unsafe SSL_version(ssl) == TLS1_2_VERSION,
    let key = unsafe reports(of: ssl)?.preSharedKeys?.keys.first, key.identity.count <= most
  else { return 0 }
  unsafe UnsafeMutableRawPointer(identity)?.copyMemory(
    from: key.identity + [0], byteCount: key.identity.count + 1)
  return unsafe copy(key, out, size)
}

/// `SSL_CTX_set_psk_server_callback`; 0 is unknown_psk_identity.
private func look(
  _ ssl: OpaquePointer?, _ identity: UnsafePointer<CChar>?, _ out: UnsafeMutablePointer<UInt8>?,
  _ size: Int
) -> CUnsignedInt {
  guard let ssl = unsafe ssl, unsafe SSL_version(ssl) == TLS1_2_VERSION,
    let identity = unsafe identity, let reports = unsafe reports(of: ssl),
    let key = unsafe reports.key(named: bytes(of: identity), .tls12)
  else { return 0 }
  return unsafe copy(key, out, size)
}

/// The bytes of C's text, whatever they are.
private func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
  var bytes: [UInt8] = []
  while unsafe text[bytes.count] != 0 {
    unsafe bytes.append(UInt8(bitPattern: text[bytes.count]))
  }
  return bytes
}

private func copy(
  _ key: ExternalPSK, _ out: UnsafeMutablePointer<UInt8>?, _ size: Int
) -> CUnsignedInt {
  guard key.key.count <= size else { return 0 }
  unsafe UnsafeMutableRawPointer(out)?.copyMemory(from: key.key, byteCount: key.key.count)
  return CUnsignedInt(key.key.count)
}

extension CallbackReports {
  /// The key with this name, of the list or of the caller's look-up.
  fileprivate func key(named name: [UInt8], _ version: ProtocolVersion) -> ExternalPSK? {
    if let key = preSharedKeys?.keys.first(where: { $0.identity == name }) { return key }
    var found: ExternalPSK?
    if let lookUp = preSharedKeys?.lookUp { lend { found = lookUp.find(name) } }
    return found?.flaw(version...version) == nil ? found : nil
  }
}

extension ExternalPSK.Hash {
  fileprivate var number: CInt { self == .sha384 ? NID_sha384 : NID_sha256 }
}
