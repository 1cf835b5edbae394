internal import COpenSSL

// Chains as values.

extension PeerChain {
  /// What a store context was given to verify.
  init(_ store: OpaquePointer, verdict: TLSError.VerificationFailure?) {
    let index = SSL_get_ex_data_X509_STORE_CTX_idx()
    let ssl = unsafe X509_STORE_CTX_get_ex_data(store, index).map { OpaquePointer($0) }
    unsafe self.init(
      certificates: Array(copying: X509_STORE_CTX_get0_untrusted(store)), verdict: verdict,
      stapledOCSPResponse: ssl.flatMap { unsafe StapledResponse.bytes(of: $0) })
  }
}

extension Connection {
  var verifiedChain: [Certificate] { unsafe Array(copying: SSL_get0_verified_chain(ssl)) }

  var stapledOCSPResponse: [UInt8]? { unsafe StapledResponse.bytes(of: ssl) }
}

extension [Certificate] {
  /// The certificates of a stack; none for nil.
  init(copying stack: OpaquePointer?) {
    let count = unsafe Swift.max(0, COpenSSL_sk_X509_num(stack))
    let found = unsafe (0..<count).compactMap { unsafe COpenSSL_sk_X509_value(stack, $0) }
    self = unsafe found.map { unsafe Certificate($0) }
  }
}
