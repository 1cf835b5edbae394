internal import COpenSSL

extension ContextHandle {
  /// Binds sessions to whom this context believes and whether it asks: a ticket that was given under
  /// one policy is of no use under another, also where both share ticket keys
  /// (`SSL_CTX_set_session_id_context`).
  func applySessionContext() {
    unsafe SSL_CTX_set_session_id_context(
      pointer, sessionContext, CUnsignedInt(sessionContext.count))
  }
}

extension TLSConfiguration {
  /// A hash of the policy: 32 bytes.
  func sessionContext() throws(TLSError) -> [UInt8] {
    let policy = "\(clientCertificates) \(decisions.rawValue & 4) "
    return sha256(of: Array(policy.utf8) + (try verificationBytes()))
  }

  /// What tells one way of verifying from another, the same in every process. Dates and CRLs are not
  /// in it, because they change while the way stays; of a hook, and of keys that stand for certificates, it is
  /// only known that there are any.
  func verificationBytes() throws(TLSError) -> [UInt8] {
    var bytes = try trust.identifyingBytes()
    for source in verification.additionalAuthorities { bytes += try source.identifyingBytes() }
    let rest = """
      \(verification.revocation) \(verification.purpose) \(verification.maximumDepth ?? -1) \
      \(verification.partialChains) \(verification.hook != nil) \(preSharedKeys != nil)
      """
    return bytes + Array(rest.utf8)
  }
}

extension Trust {
  /// What tells one trust from another, the same in every process: what stands in a file, not
  /// where it is.
  fileprivate func identifyingBytes() throws(TLSError) -> [UInt8] {
    switch self {
    case .system: Array("system".utf8)
    case .authorities(let source):
      try Array("authorities".utf8) + source.identifyingBytes()
    case .directory(let path): Array("directory \(path)".utf8)
    case .pins(let pins):
      Array("pins".utf8)
        + pins.map(\.identifyingBytes)
        .sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
    case .decision: Array("decision".utf8)
    case .acceptAnyoneInsecurely: Array("anyone".utf8)
    }
  }
}

extension Source {
  /// A store has no bytes, and its certificates may be elsewhere tomorrow.
  fileprivate func identifyingBytes() throws(TLSError) -> [UInt8] {
    guard case .store = self else { return try read() }
    return try certificates().flatMap { certificate in
      unsafe encoded { unsafe i2d_X509(certificate.pointer, $0) }
    }
  }
}

extension Pin {
  fileprivate var identifyingBytes: [UInt8] {
    switch self {
    case .certificate(let sha256): [1] + sha256
    case .publicKey(let sha256): [2] + sha256
    }
  }
}
