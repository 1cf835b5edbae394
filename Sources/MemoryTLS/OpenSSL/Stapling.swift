internal import COpenSSL

/// What a context staples as a server, and asks for as a client (RFC 6066 §8).
final class Stapling: Sendable {
  private let wanted: OCSPStapling
  private let time: Int64?
  /// By the SHA-256 of the certificates that they are about.
  private let responses: [[UInt8]: [UInt8]]

  init(_ configuration: TLSConfiguration, _ identities: [LoadedIdentity]) throws(TLSError) {
    wanted = configuration.ocspStapling
    time = configuration.verification.time
    switch configuration.trust {
    case .pins where wanted == .require, .acceptAnyoneInsecurely where wanted == .require:
      throw .configuration("an OCSP response is required, and trust in pins or in anyone")
    default: break
    }
    var responses: [[UInt8]: [UInt8]] = [:]
    for identity in identities {
      guard let source = identity.ocspResponse else { continue }
      let bytes = try source.read()
      try StapledResponse.check(bytes, of: source, isAbout: identity.leaf)
      responses[unsafe fingerprint(of: identity.leaf.pointer)] = bytes
    }
    self.responses = responses
  }

  func install(in context: ContextHandle) {
    guard wanted != .none || !responses.isEmpty else { return }
    let stapling = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe COpenSSL_SSL_CTX_set_tlsext_status_arg(context.pointer, stapling)
    unsafe COpenSSL_SSL_CTX_set_tlsext_status_cb(context.pointer) { ssl, argument in
      guard let ssl = unsafe ssl, let argument = unsafe argument else { return -1 }
      let stapling = unsafe Unmanaged<Stapling>.fromOpaque(argument).takeUnretainedValue()
      return unsafe SSL_is_server(ssl) == 1 ? stapling.staple(to: ssl) : stapling.judge(ssl)
    }
    guard wanted != .none else { return }
    unsafe COpenSSL_SSL_CTX_set_tlsext_status_type(context.pointer, TLSEXT_STATUSTYPE_ocsp)
  }

  /// On a server that was asked: the response for the certificate it shows, if there is one.
  private func staple(to ssl: OpaquePointer) -> CInt {
    guard let leaf = unsafe SSL_get_certificate(ssl),
      let response = unsafe responses[fingerprint(of: leaf)],
      let copy = unsafe CRYPTO_memdup(response, response.count, "", 0)
    else { return SSL_TLSEXT_ERR_NOACK }
    // The SSL frees it.
    unsafe COpenSSL_SSL_set_tlsext_status_ocsp_resp(ssl, copy, response.count)
    return SSL_TLSEXT_ERR_OK
  }

  /// On a client that asked, when the server has said all it says of itself: 1 to go on, 0 to refuse.
  private func judge(_ ssl: OpaquePointer) -> CInt {
    guard unsafe SSL_session_reused(ssl) == 0, let reports = unsafe reports(of: ssl) else {
      return 1
    }
    let failure: StapledResponse.Failure?
    if let bytes = unsafe StapledResponse.bytes(of: ssl) {
      let chain = unsafe SSL_get0_verified_chain(ssl)
      failure = unsafe chain.flatMap {
        unsafe StapledResponse.failure(of: bytes, for: $0, at: time)
      }
    } else {
      failure = wanted == .require ? .missing : nil
    }
    ErrorQueue.clear()
    guard let failure else { return 1 }
    let subject = unsafe SSL_get0_peer_certificate(ssl).map {
      unsafe text(of: X509_get_subject_name($0))
    }
    reports.verification = TLSError.VerificationFailure(
      code: Int(failure.code), depth: 0, subject: subject ?? "", reason: failure.reason)
    return 0
  }
}
