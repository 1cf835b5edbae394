internal import COpenSSL

/// An identity that has been read: certificates, and the key that belongs to the first.
struct LoadedIdentity {
  let key: KeyHandle
  let leaf: X509Handle
  /// What to staple, not read yet.
  let ocspResponse: Source?
  fileprivate let issuers: [X509Handle]
  fileprivate let label: String
}

extension Identity {
  /// Reads the chain and the key, and sees whether they belong together.
  func load() throws(TLSError) -> LoadedIdentity {
    let (chain, key) = try credentials()
    guard let leaf = chain.first else {
      throw TLSError(.emptyChain, .caller, "no certificate in \(self.chain.label)")
    }
    guard unsafe X509_check_private_key(leaf.pointer, key.pointer) == 1 else {
      let subject = unsafe text(of: X509_get_subject_name(leaf.pointer))
      throw TLSError(
        .keyMismatch, .caller,
        "private key \(self.key.label) does not belong to the certificate \(subject)",
        stack: ErrorQueue.drain())
    }
    return LoadedIdentity(
      key: key, leaf: leaf, ocspResponse: ocspResponse, issuers: Array(chain.dropFirst()),
      label: self.chain.label)
  }
}

extension [LoadedIdentity] {
  /// Reads all of them, one at most for each type of key.
  init(loading identities: [Identity]) throws(TLSError) {
    self = []
    for identity in identities {
      let loaded = try identity.load()
      guard !contains(where: { $0.key.type == loaded.key.type }) else {
        throw .configuration("two identities with a key of type \(loaded.key.typeName)")
      }
      append(loaded)
    }
  }
}

extension LoadedIdentity {
  /// Gives it to a context, beside those of other types of key.
  func use(for context: ContextHandle) throws(TLSError) {
    try unsafe use { chain in
      unsafe SSL_CTX_use_cert_and_key(context.pointer, leaf.pointer, key.pointer, chain, 1)
    }
  }

  /// Gives it to one connection, in the place of all others.
  func use(for ssl: OpaquePointer) throws(TLSError) {
    unsafe SSL_certs_clear(ssl)
    try unsafe use { chain in unsafe SSL_use_cert_and_key(ssl, leaf.pointer, key.pointer, chain, 1)
    }
  }

  private func use(_ call: (OpaquePointer?) -> CInt) throws(TLSError) {
    let chain = unsafe COpenSSL_sk_X509_new()
    defer { unsafe COpenSSL_sk_X509_pop_free(chain) }
    for issuer in issuers {
      unsafe X509_up_ref(issuer.pointer)
      unsafe COpenSSL_sk_X509_push(chain, issuer.pointer)
    }
    ErrorQueue.clear()
    guard unsafe call(chain) == 1 else {
      let entries = ErrorQueue.drain()
      throw .configuration("certificate \(label)\(entries.reason)", entries)
    }
  }
}
