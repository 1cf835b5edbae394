internal import COpenSSL

// Turning an `Identity` into a chain and a key.

extension Identity {
  /// The chain, the leaf first, and a key that OpenSSL can sign with.
  func credentials() throws(TLSError) -> (chain: [X509Handle], key: KeyHandle) {
    guard case .source(let source) = key else { return try signingCredentials() }
    if source == chain, let found = try PKCS12(source) {
      return try found.credentials(passphrase: passphrase)
    }
    let key = try source.privateKey(passphrase: passphrase)
    guard case .store(let uri) = chain else { return (try chain.certificates(), key) }
    let found = try Store(uri, chain.label).certificates(passphrase: passphrase)
    // Where none is the key's, the check that follows says so.
    return (found.chain(of: key) ?? found, key)
  }

  private func signingCredentials() throws(TLSError) -> (chain: [X509Handle], key: KeyHandle) {
    let certificates = try chain.certificates()
    guard case .signer(let signer) = key, let leaf = certificates.first else {
      throw TLSError(.emptyChain, .caller, "no certificate in \(chain.label)")
    }
    return (certificates, try signer.key(for: leaf))
  }
}

extension [X509Handle] {
  /// The certificate of a key, then who vouches for it, and so on; what belongs to nobody in that
  /// line is left out. Nil if no certificate is the key's.
  func chain(of key: KeyHandle) -> [X509Handle]? {
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    guard
      var last = first(where: { unsafe X509_check_private_key($0.pointer, key.pointer) == 1 })
    else { return nil }
    var chain = [last]
    while let issuer = first(where: { candidate in
      !chain.contains { $0 === candidate }
        && (unsafe X509_check_issued(candidate.pointer, last.pointer) == X509_V_OK)
    }) {
      chain.append(issuer)
      last = issuer
    }
    return chain
  }
}
