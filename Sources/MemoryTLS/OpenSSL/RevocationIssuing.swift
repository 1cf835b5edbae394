internal import COpenSSL

// Making what says that certificates were revoked, for tests.

extension IssuedCertificate {
  /// A CRL of this issuer in DER (RFC 5280 §5), with the certificates in DER on it.
  package func revocationList(
    revoking certificates: [[UInt8]], thisUpdate: Int64, nextUpdate: Int64
  ) throws(TLSError) -> [UInt8] {
    let issuer = try Source.bytes(certificate).certificates()
    let key = try Source.bytes(privateKey).privateKey(passphrase: nil)
    let revoked = try Source.bytes(certificates.flatMap { $0 }).certificates()
    ErrorQueue.clear()
    guard let pointer = unsafe X509_CRL_new() else { throw .outOfMemory("X509_CRL_new") }
    let list = unsafe RevocationListHandle(owning: pointer)
    let dates = TimeHandle(thisUpdate), next = TimeHandle(nextUpdate)
    guard let issuer = issuer.first, list.fill(issuer, dates, next),
      revoked.allSatisfy({ list.add($0, dates) }), list.sign(key)
    else {
      let stack = ErrorQueue.drain()
      throw .configuration("cannot make a revocation list\(stack.reason)", stack)
    }
    return unsafe encoded { unsafe i2d_X509_CRL(list.pointer, $0) }
  }
}

extension RevocationListHandle {
  fileprivate func fill(
    _ issuer: X509Handle, _ thisUpdate: TimeHandle, _ nextUpdate: TimeHandle
  ) -> Bool {
    let number = unsafe ASN1_INTEGER_new()
    defer { unsafe ASN1_INTEGER_free(number) }
    return unsafe X509_CRL_set_version(pointer, 1) == 1
      && X509_CRL_set_issuer_name(pointer, X509_get_subject_name(issuer.pointer)) == 1
      && X509_CRL_set1_lastUpdate(pointer, thisUpdate.pointer) == 1
      && X509_CRL_set1_nextUpdate(pointer, nextUpdate.pointer) == 1
      && ASN1_INTEGER_set(number, 1) == 1
      && X509_CRL_add1_ext_i2d(pointer, NID_crl_number, number, 0, 0) == 1
      && addKeyIdentifier(of: issuer)
  }

  private func addKeyIdentifier(of issuer: X509Handle) -> Bool {
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, issuer.pointer, nil, nil, pointer, 0)
    let made = unsafe X509V3_EXT_nconf(nil, &context, "authorityKeyIdentifier", "keyid")
    defer { unsafe X509_EXTENSION_free(made) }
    return unsafe X509_CRL_add_ext(pointer, made, -1) == 1
  }

  fileprivate func add(_ certificate: X509Handle, _ date: TimeHandle) -> Bool {
    guard let entry = unsafe X509_REVOKED_new() else { return false }
    let isFilled =
      unsafe X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.pointer)) == 1
      && X509_REVOKED_set_revocationDate(entry, date.pointer) == 1
    if isFilled, unsafe X509_CRL_add0_revoked(pointer, entry) == 1 { return true }
    unsafe X509_REVOKED_free(entry)
    return false
  }

  fileprivate func sign(_ key: KeyHandle) -> Bool {
    unsafe X509_CRL_sort(pointer)
    return unsafe X509_CRL_sign(pointer, key.pointer, key.usualDigest) > 0
  }
}

extension KeyHandle {
  /// What this key signs with: Ed25519 hashes for itself.
  var usualDigest: OpaquePointer? { unsafe type == EVP_PKEY_ED25519 ? nil : EVP_sha256() }
}

/// Owns an `ASN1_TIME`.
@safe
final class TimeHandle {
  let pointer: UnsafeMutablePointer<ASN1_TIME>?

  /// So many seconds after 1970 began.
  init(_ seconds: Int64) { unsafe pointer = ASN1_TIME_set(nil, time_t(seconds)) }
  deinit {
    unsafe ASN1_TIME_free(pointer)
    unsafe ASN1_GENERALIZEDTIME_free(generalized)
  }

  /// The same in the form that OCSP wants.
  private(set) lazy var generalized = unsafe ASN1_TIME_to_generalizedtime(pointer, nil)
}
