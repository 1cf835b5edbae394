internal import COpenSSL

/// How a context judges a peer's certificate where OpenSSL's own way is not wanted.
final class Verifier: Sendable {
  private let rule: Rule
  private let decides: Bool

  private enum Rule: Sendable {
    case chain
    case pins(Set<Pin>)
    case anyone
  }

  init(_ configuration: TLSConfiguration) throws(TLSError) {
    decides = configuration.decisions.contains(.peerCertificate)
    switch configuration.trust {
    case .system, .authorities, .directory: rule = .chain
    case .decision, .acceptAnyoneInsecurely: rule = .anyone
    case .pins(let pins):
      guard !pins.isEmpty else { throw .configuration("an empty set of pins accepts nobody") }
      for pin in pins where pin.digest.count != 32 {
        throw .configuration("a pin of \(pin.digest.count) bytes is no SHA-256 of 32")
      }
      rule = .pins(pins)
    }
  }

  func install(in context: ContextHandle) {
    if case .chain = rule, !decides { return }
    let verifier = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe SSL_CTX_set_cert_verify_callback(
      context.pointer,
      { store, argument in
        guard let store = unsafe store, let argument = unsafe argument else { return 0 }
        let verifier = unsafe Unmanaged<Verifier>.fromOpaque(argument).takeUnretainedValue()
        return unsafe verifier.judge(store)
      }, verifier)
  }

  /// Answers 1 to accept; else 0 with the reason in the store context, where the alert comes from.
  private func judge(_ store: OpaquePointer) -> CInt {
    if case .chain = rule {
      guard unsafe X509_verify_cert(store) == 1 else { return 0 }
      return unsafe decide(store)
    }
    let code = unsafe failure(in: store)
    guard code == X509_V_OK else { return unsafe refuse(store, code) }
    unsafe X509_STORE_CTX_set_error(store, X509_V_OK)
    return unsafe decide(store)
  }

  private func decide(_ store: OpaquePointer) -> CInt {
    let index = SSL_get_ex_data_X509_STORE_CTX_idx()
    guard decides, let reports = unsafe reports(of: store, at: index) else { return 1 }
    guard let alert = unsafe reports.decide(store) else { return 1 }
    return unsafe refuse(store, alert.refusalCode)
  }

  private func refuse(_ store: OpaquePointer, _ code: CInt) -> CInt {
    unsafe X509_STORE_CTX_set_error(store, code)
    unsafe X509_STORE_CTX_set_current_cert(store, X509_STORE_CTX_get0_cert(store))
    let index = SSL_get_ex_data_X509_STORE_CTX_idx()
    unsafe reports(of: store, at: index)?.noteVerificationFailure(in: store)
    return 0
  }

  private func failure(in store: OpaquePointer) -> CInt {
    guard case .pins(let pins) = rule else { return X509_V_OK }
    guard let leaf = unsafe X509_STORE_CTX_get0_cert(store) else { return X509_V_ERR_CERT_REJECTED }
    let isPinned =
      unsafe pins.contains(.certificate(sha256: fingerprint(of: leaf)))
      || pins.contains(.publicKey(sha256: publicKeyFingerprint(of: leaf)))
    guard isPinned else { return X509_V_ERR_CERT_REJECTED }
    return unsafe nameFailure(of: leaf, in: store)
  }

  /// The name or address that the `SSL` asked for, which OpenSSL would look at after the chain.
  private func nameFailure(of leaf: OpaquePointer, in store: OpaquePointer) -> CInt {
    let wanted = unsafe X509_STORE_CTX_get0_param(store)
    if let name = unsafe X509_VERIFY_PARAM_get0_host(wanted, 0) {
      let flags = unsafe X509_VERIFY_PARAM_get_hostflags(wanted)
      let matches = unsafe X509_check_host(leaf, name, 0, flags, nil) == 1
      return matches ? X509_V_OK : X509_V_ERR_HOSTNAME_MISMATCH
    }
    if let address = unsafe X509_VERIFY_PARAM_get1_ip_asc(wanted) {
      defer { unsafe CRYPTO_free(address, "", 0) }
      let matches = unsafe X509_check_ip_asc(leaf, address, 0) == 1
      return matches ? X509_V_OK : X509_V_ERR_IP_ADDRESS_MISMATCH
    }
    return X509_V_OK
  }
}
