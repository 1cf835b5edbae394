internal import COpenSSL

// Reading what a finished handshake agreed on.

extension Connection {
  func negotiated(as role: Role, psk: [UInt8]?) -> Negotiated {
    unsafe Negotiated(
      version: ProtocolVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(ssl))),
      cipherSuite: CipherSuite(
        rawValue: SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl))),
      cipherDescription: cipherDescription,
      cipherStrength: Int(SSL_CIPHER_get_bits(SSL_get_current_cipher(ssl), nil)),
      extendedMasterSecret: version == .tls13 || hasExtendedMasterSecret,
      group: group,
      signatureScheme: signatureScheme(isOurs: role == .server),
      peerSignatureScheme: signatureScheme(isOurs: false),
      applicationProtocol: applicationProtocol,
      serverName: SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map {
        unsafe String(cString: $0)
      },
      resumed: SSL_session_reused(ssl) == 1 && (version == .tls12 || psk == nil),
      pskIdentity: psk,
      peerCertificates: peerCertificates(as: role))
  }

  private var group: NamedGroup? {
    let number = unsafe COpenSSL_SSL_get_negotiated_group(ssl)
    // TLSEXT_nid_unknown: OpenSSL knows the group by its TLS number alone.
    if number & 0x100_0000 != 0 { return NamedGroup(rawValue: UInt16(number & 0xFFFF)) }
    return Self.groups[number].map(NamedGroup.init(rawValue:))
  }

  private static let groups: [CInt: UInt16] = [
    NID_X9_62_prime256v1: 0x0017, NID_secp384r1: 0x0018, NID_secp521r1: 0x0019,
    NID_X25519: 0x001D, NID_X448: 0x001E, NID_ffdhe2048: 0x0100, NID_ffdhe3072: 0x0101,
    NID_ffdhe4096: 0x0102, NID_ffdhe6144: 0x0103, NID_ffdhe8192: 0x0104,
  ]

  /// A description in one line.
  private var cipherDescription: String {
    var text = [CChar](repeating: 0, count: 256)
    unsafe SSL_CIPHER_description(SSL_get_current_cipher(ssl), &text, CInt(text.count))
    let bytes = text.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Our own scheme or the peer's; OpenSSL tells the key's type and the hash.
  private func signatureScheme(isOurs: Bool) -> SignatureScheme? {
    var type = NID_undef
    var hash = NID_undef
    let known =
      unsafe isOurs
      ? SSL_get_signature_type_nid(ssl, &type) == 1
        && COpenSSL_SSL_get_signature_nid(ssl, &hash) == 1
      : SSL_get_peer_signature_type_nid(ssl, &type) == 1
        && COpenSSL_SSL_get_peer_signature_nid(ssl, &hash) == 1
    // With static RSA a server chooses a scheme all the same, and signs nothing.
    let cipher = unsafe SSL_get_current_cipher(ssl)
    let signs = unsafe SSL_CIPHER_get_kx_nid(cipher) != NID_kx_rsa && !hasPSKSuite || !isOurs
    guard known, signs, unsafe SSL_session_reused(ssl) == 0 else { return nil }
    return unsafe Self.scheme(
      type, hash,
      certificate: unsafe isOurs ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl))
  }

  private static func scheme(
    _ type: CInt, _ hash: CInt, certificate: OpaquePointer?
  ) -> SignatureScheme? {
    let step: UInt16? = [NID_sha256: 0, NID_sha384: 1, NID_sha512: 2][hash]
    switch (type, step) {
    case (NID_ED25519, _): return SignatureScheme(rawValue: 0x0807)
    case (NID_ED448, _): return SignatureScheme(rawValue: 0x0808)
    case (NID_X9_62_id_ecPublicKey, let step?):
      return SignatureScheme(rawValue: 0x0403 + step << 8)
    case (NID_rsaEncryption, let step?): return SignatureScheme(rawValue: 0x0401 + step << 8)
    case (NID_rsassaPss, let step?):
      let key = unsafe certificate.flatMap { unsafe X509_get0_pubkey($0) }
      let isPSSKey = unsafe EVP_PKEY_get_base_id(key) == NID_rsassaPss
      return SignatureScheme(rawValue: (isPSSKey ? 0x0809 : 0x0804) + step)
    case (NID_rsaEncryption, nil) where hash == NID_sha1: return SignatureScheme(rawValue: 0x0201)
    case (NID_X9_62_id_ecPublicKey, nil) where hash == NID_sha1:
      return SignatureScheme(rawValue: 0x0203)
    default: return nil
    }
  }

  private var applicationProtocol: String? {
    var start: UnsafePointer<UInt8>?
    var count: CUnsignedInt = 0
    unsafe SSL_get0_alpn_selected(ssl, &start, &count)
    guard count > 0 else { return nil }
    let bytes = unsafe UnsafeBufferPointer(start: start, count: Int(count))
    return unsafe String(decoding: bytes, as: UTF8.self)
  }

  /// The leaf first. OpenSSL's list has it on a client and lacks it on a server. Of a session that a
  /// client resumed only the leaf is told, as if it came from bytes, which have no more.
  private func peerCertificates(as role: Role) -> [Certificate] {
    guard let leaf = unsafe SSL_get0_peer_certificate(ssl) else { return [] }
    guard role == .server || !isResumed else { return unsafe [Certificate(leaf)] }
    let chain = unsafe [Certificate](copying: SSL_get_peer_cert_chain(ssl))
    return unsafe [Certificate(leaf)] + (role == .server ? chain : Array(chain.dropFirst()))
  }
}
