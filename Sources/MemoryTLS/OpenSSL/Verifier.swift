internal import COpenSSL

/// How a context judges a peer's certificate where OpenSSL's own way is not all.
final class Verifier: Sendable {
  private let rule: Rule
  private let hook: VerificationHook?
  private let decides: Bool
  /// Nil for none.
  let rememberedChains: RememberedChains?

  private enum Rule: Sendable {
    case chain
    case pins(Set<Pin>)
    case anyone
  }

  init(_ configuration: TLSConfiguration) throws(TLSError) {
    hook = configuration.verification.hook
    decides = configuration.decisions.contains(.peerCertificate)
    let count = configuration.verification.rememberedChains
    rememberedChains = count > 0 ? RememberedChains(capacity: count) : nil
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
    if case .chain = rule, hook == nil, !decides, rememberedChains == nil { return }
    let verifier = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe SSL_CTX_set_cert_verify_callback(
      context.pointer,
      { store, argument in
        guard let store = unsafe store, let argument = unsafe argument,
          let reports = unsafe reports(of: store, at: SSL_get_ex_data_X509_STORE_CTX_idx())
        else { return 0 }
        let verifier = unsafe Unmanaged<Verifier>.fromOpaque(argument).takeUnretainedValue()
        return unsafe verifier.judge(store, reports)
      }, verifier)
  }

  /// Answers 1 to accept; else 0 with the reason in the store context, where the alert comes from.
  private func judge(_ store: OpaquePointer, _ reports: CallbackReports) -> CInt {
    unsafe applyRule(to: store, reports)
    if reports.suspension.isAnswered {
      // Who was suspended comes here again; the hook has had its say.
      if hook != nil { unsafe reports.acceptInsecurely(store) }
    } else {
      unsafe ask(hook, about: store, reports)
    }
    guard reports.verification == nil else { return 0 }
    guard decides, let alert = unsafe reports.decide(store) else { return 1 }
    unsafe reports.refuse(store, alert.refusalCode)
    return 0
  }

  private func ask(
    _ hook: VerificationHook?, about store: OpaquePointer, _ reports: CallbackReports
  ) {
    guard let hook else { return }
    let chain = unsafe PeerChain(store, verdict: reports.verification)
    var verdict = VerificationHook.Verdict.standsAsItIs
    reports.lend { verdict = hook.judge(chain) }
    switch verdict {
    case .standsAsItIs:
      break
    case .refused(let alert):
      unsafe reports.refuse(store, alert.refusalCode, "refused by the verification hook")
    case .acceptedInsecurely:
      unsafe reports.acceptInsecurely(store)
    }
  }

  /// Leaves what it finds wrong in the reports.
  private func applyRule(to store: OpaquePointer, _ reports: CallbackReports) {
    switch rule {
    case .anyone:
      unsafe X509_STORE_CTX_set_error(store, X509_V_OK)
    case .chain:
      // It calls `noteVerification` with what it finds, unless memory runs out.
      let verdict = unsafe rememberedChains?.verify(store) ?? X509_verify_cert(store)
      guard verdict <= 0, reports.verification == nil else { return }
      unsafe reports.noteVerificationFailure(in: store)
    case .pins(let pins):
      unsafe apply(pins, to: store, reports)
    }
  }

  private func apply(_ pins: Set<Pin>, to store: OpaquePointer, _ reports: CallbackReports) {
    guard let leaf = unsafe X509_STORE_CTX_get0_cert(store) else {
      return unsafe reports.refuse(store, X509_V_ERR_CERT_REJECTED, "no certificate")
    }
    let (certificate, key) = unsafe (fingerprint(of: leaf), publicKeyFingerprint(of: leaf))
    guard pins.contains(.certificate(sha256: certificate)) || pins.contains(.publicKey(sha256: key))
    else {
      return unsafe reports.refuse(
        store, X509_V_ERR_CERT_REJECTED,
        """
        no pin matches: its certificate's SHA-256 is \(Hexadecimal.text(certificate)), \
        its public key's \(Hexadecimal.text(key))
        """)
    }
    let code = unsafe nameFailure(of: leaf, in: store)
    guard code == X509_V_OK else { return unsafe reports.refuse(store, code) }
    unsafe X509_STORE_CTX_set_error(store, X509_V_OK)
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

extension CallbackReports {
  /// Forgets what is wrong, if anything is.
  fileprivate func acceptInsecurely(_ store: OpaquePointer) {
    guard verification != nil else { return }
    verification = nil
    unsafe X509_STORE_CTX_set_error(store, X509_V_OK)
    // Else the part that was verified would look like the whole.
    unsafe X509_STORE_CTX_set0_verified_chain(store, nil)
  }

  /// Refuses the peer's own certificate, in words of our own or in OpenSSL's for the code.
  fileprivate func refuse(_ store: OpaquePointer, _ code: CInt, _ reason: String? = nil) {
    unsafe X509_STORE_CTX_set_error(store, code)
    unsafe X509_STORE_CTX_set_error_depth(store, 0)
    unsafe X509_STORE_CTX_set_current_cert(store, X509_STORE_CTX_get0_cert(store))
    unsafe noteVerificationFailure(in: store, reason: reason)
  }
}
