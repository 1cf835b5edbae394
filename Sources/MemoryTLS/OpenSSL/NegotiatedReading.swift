internal import COpenSSL

// Reading what a finished handshake agreed on.

extension Connection {
  func negotiated(as role: Role) -> Negotiated {
    unsafe Negotiated(
      version: ProtocolVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(ssl))),
      cipherSuite: CipherSuite(
        rawValue: SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl))),
      group: group,
      signatureScheme: signatureScheme(as: role),
      applicationProtocol: applicationProtocol,
      serverName: SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map {
        unsafe String(cString: $0)
      },
      resumed: SSL_session_reused(ssl) == 1,
      peerCertificates: peerCertificates(as: role))
  }

  /// The most bytes that a record adds to its plaintext.
  ///
  /// TLS 1.3: 5 of header, 1 of type, 16 of tag. TLS 1.2 with GCM or CCM: 5, 8 of nonce, 16 of tag.
  /// With CBC: 5, 16 of IV, up to 48 of MAC and up to 256 of padding in theory; 261 covers OpenSSL.
  var recordOverhead: Int {
    if unsafe SSL_version(ssl) == TLS1_3_VERSION { return 22 }
    let isAEAD = unsafe SSL_CIPHER_is_aead(SSL_get_current_cipher(ssl)) == 1
    return isAEAD ? 29 : 261
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

  /// The server's scheme, which is ours or the peer's; OpenSSL tells the key's type and the hash.
  private func signatureScheme(as role: Role) -> SignatureScheme? {
    var type = NID_undef
    var hash = NID_undef
    let isServer = role == .server
    let known =
      unsafe isServer
      ? SSL_get_signature_type_nid(ssl, &type) == 1
        && COpenSSL_SSL_get_signature_nid(ssl, &hash) == 1
      : SSL_get_peer_signature_type_nid(ssl, &type) == 1
        && COpenSSL_SSL_get_peer_signature_nid(ssl, &hash) == 1
    // With static RSA a server chooses a scheme all the same, and signs nothing.
    let signs = unsafe SSL_CIPHER_get_kx_nid(SSL_get_current_cipher(ssl)) != NID_kx_rsa
    guard known, signs, unsafe SSL_session_reused(ssl) == 0 else { return nil }
    return unsafe Self.scheme(
      type, hash,
      certificate: unsafe isServer ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl))
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

  /// The leaf first. OpenSSL's list has it on a client and lacks it on a server.
  private func peerCertificates(as role: Role) -> [Certificate] {
    guard let leaf = unsafe SSL_get0_peer_certificate(ssl) else { return [] }
    let chain = unsafe [Certificate](copying: SSL_get_peer_cert_chain(ssl))
    return unsafe [Certificate(leaf)] + (role == .server ? chain : Array(chain.dropFirst()))
  }
}
