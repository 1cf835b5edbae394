internal import COpenSSL

// What a client's session is bound to, because resuming it verifies nothing again.
//
// The digest is the session id context of the connection: OpenSSL writes it into the session, and
// refuses by itself to go on with one that has another.

extension TLSConfiguration {
  /// Whom a client believes and as whom it speaks: 32 bytes, the same in every process. What hooks and
  /// callers decide cannot be told apart, only that they do.
  func clientPolicy(of identities: [LoadedIdentity]) throws(TLSError) -> [UInt8] {
    let rest = "\(decisions.rawValue & 6) \(ocspStapling) "
    var bytes = Array(rest.utf8) + (try verificationBytes())
    for identity in identities { bytes += unsafe fingerprint(of: identity.leaf.pointer) }
    return sha256(of: bytes)
  }
}

/// What a client's last session was bound to: many connections go to one server.
typealias LastBinding = Locked<(identity: ServerIdentity, binding: [UInt8])?>

extension ContextHandle {
  /// What a session is bound to that a client makes while it expects this one.
  func binding(to identity: ServerIdentity) -> [UInt8] {
    lastBinding.withLock { last in
      if let last, last.identity == identity { return last.binding }
      let binding = identity.binding(under: clientPolicy)
      last = (identity, binding)
      return binding
    }
  }
}

extension ServerIdentity {
  fileprivate func binding(under policy: [UInt8]) -> [UInt8] {
    let text =
      switch self {
      case .name(let name): "name \(name.lowercased())"
      case .address(let address): "address \(address)"
      case .pinned(let name): "pinned \(name ?? "")"
      case .unchecked(let name): "unchecked \(name ?? "")"
      }
    return sha256(of: policy + Array(text.utf8))
  }
}
