internal import COpenSSL

/// Chains whose signatures a context has found good, so that they need not be verified again.
///
/// Theory: `X509_verify_cert` builds a chain up to an authority that is believed, checks its
/// extensions, purposes, names, key strengths and revocation, and then calls a function of the store
/// context that does signatures and dates. That one is replaced: for a chain that is remembered only
/// the dates are looked at. Where anything is amiss OpenSSL's own runs, so that all errors are its.
final class RememberedChains: Sendable {
  private let memory: Locked<Memory>

  private struct Memory {
    var chains: RecentlyUsed<[UInt8], Bool>
    var hits = 0
  }

  init(capacity: Int) { memory = Locked(Memory(chains: RecentlyUsed(capacity: capacity))) }

  /// How many chains there are.
  var count: Int { memory.withLock { $0.chains.count } }
  /// How often signatures were not verified.
  var hits: Int { memory.withLock { $0.hits } }

  /// `X509_verify_cert`.
  func verify(_ store: OpaquePointer) -> CInt {
    let check = unsafe SignatureCheck(self, in: store)
    let pointer = unsafe Unmanaged.passUnretained(check).toOpaque()
    guard unsafe X509_STORE_CTX_set_ex_data(store, checkIndex, pointer) == 1 else {
      return unsafe X509_verify_cert(store)
    }
    unsafe X509_STORE_CTX_set_verify(store, verifySignatures)
    defer {
      unsafe X509_STORE_CTX_set_verify(store, check.original)
      unsafe X509_STORE_CTX_set_ex_data(store, checkIndex, nil)
    }
    return withExtendedLifetime(check) { unsafe X509_verify_cert(store) }
  }

  fileprivate func contains(_ key: [UInt8]) -> Bool {
    memory.withLock { $0.chains[key] != nil }
  }

  fileprivate func insert(_ key: [UInt8]) { memory.withLock { $0.chains[key] = true } }

  fileprivate func countHit() { memory.withLock { $0.hits &+= 1 } }
}

/// Index 0 is the application's (`X509_STORE_CTX_set_app_data`); libssl has another.
private let checkIndex: CInt = 0

/// `X509_STORE_CTX_set_verify`.
private func verifySignatures(_ store: OpaquePointer?) -> CInt {
  guard let store = unsafe store,
    let pointer = unsafe X509_STORE_CTX_get_ex_data(store, checkIndex)
  else { return 0 }
  let check = unsafe Unmanaged<SignatureCheck>.fromOpaque(pointer).takeUnretainedValue()
  return unsafe check.run(store)
}

/// Signatures and dates of one chain.
@safe
private final class SignatureCheck {
  /// OpenSSL's way.
  let original: X509_STORE_CTX_verify_fn?
  private let chains: RememberedChains

  init(_ chains: RememberedChains, in store: OpaquePointer) {
    self.chains = chains
    unsafe original = X509_STORE_CTX_get_verify(store)
  }

  /// Answers as OpenSSL's does, 1 for a good chain.
  func run(_ store: OpaquePointer) -> CInt {
    let certificates = unsafe Self.certificates(in: store)
    let key = unsafe Self.key(of: certificates, in: store)
    if let key, chains.contains(key), unsafe Self.areInForce(certificates, in: store) {
      chains.countHit()
      unsafe X509_STORE_CTX_set_error_depth(store, 0)
      unsafe X509_STORE_CTX_set_current_cert(store, certificates.first)
      return 1
    }
    let verdict = unsafe original?(store) ?? 0
    // An error that a callback let pass stays in the store context.
    if let key, verdict == 1, unsafe X509_STORE_CTX_get_error(store) == X509_V_OK {
      chains.insert(key)
    }
    return verdict
  }

  /// The chain that was built, from the peer's certificate to the authority's.
  private static func certificates(in store: OpaquePointer) -> [OpaquePointer] {
    let stack = unsafe X509_STORE_CTX_get0_chain(store)
    return unsafe (0..<max(0, COpenSSL_sk_X509_num(stack))).compactMap {
      unsafe COpenSSL_sk_X509_value(stack, $0)
    }
  }

  /// A hash of all that the verdict on signatures comes from: every certificate with its signature,
  /// their order, and what flags ask for. Nil if it cannot be made.
  private static func key(of certificates: [OpaquePointer], in store: OpaquePointer) -> [UInt8]? {
    let parameters = unsafe X509_STORE_CTX_get0_param(store)
    let flags = unsafe UInt64(X509_VERIFY_PARAM_get_flags(parameters))
    var bytes = (0..<8).map { UInt8(truncatingIfNeeded: flags >> ($0 * 8)) }
    unsafe bytes += certificates.flatMap { unsafe fingerprint(of: $0) }
    let key = sha256(of: bytes)
    guard unsafe bytes.count == 8 + 32 * certificates.count, key.count == 32 else { return nil }
    return key
  }

  /// Whether the time that counts is within the dates of each (`X509_cmp_time` answers 0 for dates
  /// that it cannot read).
  private static func areInForce(
    _ certificates: [OpaquePointer], in store: OpaquePointer
  ) -> Bool {
    let parameters = unsafe X509_STORE_CTX_get0_param(store)
    let flags = unsafe X509_VERIFY_PARAM_get_flags(parameters)
    let isFixed = flags & CUnsignedLong(X509_V_FLAG_USE_CHECK_TIME) != 0
    var time = unsafe isFixed ? X509_VERIFY_PARAM_get_time(parameters) : 0
    return unsafe withUnsafeMutablePointer(to: &time) { fixed in
      let time = unsafe isFixed ? fixed : nil
      return unsafe certificates.allSatisfy {
        unsafe X509_cmp_time(X509_get0_notBefore($0), time) < 0
          && X509_cmp_time(X509_get0_notAfter($0), time) > 0
      }
    }
  }
}
