internal import COpenSSL

// How a context verifies chains.

extension ContextHandle {
  /// After the trust has been set.
  func applyVerification(
    _ verification: Verification, beside trust: Trust
  ) throws(TLSError) {
    try verification.check(beside: trust)
    for source in verification.additionalAuthorities { try trustAuthorities(of: source) }
    let store = unsafe SSL_CTX_get_cert_store(pointer)
    for source in verification.revocationLists {
      for list in try source.revocationLists() { unsafe X509_STORE_add_crl(store, list.pointer) }
    }
    let parameters = unsafe SSL_CTX_get0_param(pointer)
    unsafe X509_VERIFY_PARAM_set_flags(parameters, verification.flags)
    if let purpose = verification.purpose.number {
      unsafe X509_VERIFY_PARAM_set_purpose(parameters, purpose)
    }
    if let depth = verification.maximumDepth {
      unsafe X509_VERIFY_PARAM_set_depth(parameters, CInt(depth))
    }
    if let time = verification.time {
      unsafe X509_VERIFY_PARAM_set_time(parameters, time_t(time))
    }
  }
}

extension Verification {
  /// Whether it adds to what is believed, which the store that contexts share must not see.
  var needsOwnStore: Bool { !additionalAuthorities.isEmpty || !revocationLists.isEmpty }

  fileprivate func check(beside trust: Trust) throws(TLSError) {
    var chains = self
    (chains.hook, chains.time) = (nil, nil)
    guard trust.isInAuthorities || chains == Verification() else {
      throw .configuration("settings for chains, and the trust is in no authorities")
    }
    if case .authorities = trust, revocation != .unchecked, revocationLists.isEmpty {
      throw .configuration("revocation is to be checked, and there are no revocation lists")
    }
    guard revocation != .unchecked || revocationLists.isEmpty else {
      throw .configuration("there are revocation lists, and revocation is unchecked")
    }
    if let maximumDepth, !(0...100 ~= maximumDepth) {
      throw .configuration("maximum depth of \(maximumDepth) is not within 0...100")
    }
    guard 0...65536 ~= rememberedChains else {
      throw .configuration("\(rememberedChains) remembered chains are not within 0...65536")
    }
    if let time, !(Self.years0To9999 ~= time) {
      throw .configuration("time \(time) is not within the years 0 to 9999")
    }
  }

  /// What an ASN.1 date can say.
  private static let years0To9999: ClosedRange<Int64> = -62_167_219_200...253_402_300_799

  fileprivate var flags: CUnsignedLong {
    var flags: CInt = 0
    switch revocation {
    case .unchecked: break
    case .leaf: flags |= X509_V_FLAG_CRL_CHECK
    case .chain: flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL
    }
    if partialChains == .accepted { flags |= X509_V_FLAG_PARTIAL_CHAIN }
    return CUnsignedLong(flags)
  }
}

extension Trust {
  /// Whether chains are verified at all.
  var isInAuthorities: Bool {
    switch self {
    case .system, .authorities, .directory: true
    case .pins, .decision, .acceptAnyoneInsecurely: false
    }
  }
}

extension Verification.Purpose {
  /// OpenSSL's; nil for what libssl chooses.
  fileprivate var number: CInt? {
    switch self {
    case .byRole: nil
    case .server: X509_PURPOSE_SSL_SERVER
    case .client: X509_PURPOSE_SSL_CLIENT
    case .email: X509_PURPOSE_SMIME_SIGN
    case .any: X509_PURPOSE_ANY
    }
  }
}
