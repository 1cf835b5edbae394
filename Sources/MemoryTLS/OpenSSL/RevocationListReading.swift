internal import COpenSSL

/// Owns one reference to an `X509_CRL`.
@safe
final class RevocationListHandle {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }
  deinit { unsafe X509_CRL_free(pointer) }
}

extension Source {
  /// Every CRL in it, at least one.
  func revocationLists() throws(TLSError) -> [RevocationListHandle] {
    let bytes = try read()
    ErrorQueue.clear()
    let found = unsafe bytes.objects(
      pem: { unsafe PEM_read_bio_X509_CRL($0, nil, nil, nil) },
      der: { unsafe d2i_X509_CRL(nil, $0, $1) },
      owning: { unsafe RevocationListHandle(owning: $0) })
    let stack = ErrorQueue.drain()
    guard let found else {
      let form = bytes.isPEM ? "is malformed" : "is neither PEM nor DER"
      throw TLSError(
        .malformedRevocationList, .caller, "revocation list \(label) \(form)\(stack.reason)",
        stack: stack)
    }
    guard !found.isEmpty else {
      throw TLSError(.malformedRevocationList, .caller, "no revocation list in \(label)")
    }
    return found
  }
}
