internal import COpenSSL

/// What a context staples as a server, and asks for as a client (RFC 6066 §8).
final class Stapling: Sendable {
  private let wanted: OCSPStapling
  private let time: Int64?
  private let identitiesMayCome: Bool
  /// By the SHA-256 of the certificates that they are about.
  private let responses: [[UInt8]: [UInt8]]

  init(_ configuration: TLSConfiguration, _ identities: [LoadedIdentity]) throws(TLSError) {
    wanted = configuration.ocspStapling
    time = configuration.verification.time
    identitiesMayCome = configuration.decisions.contains(.certificate)
    guard wanted != .require || configuration.trust.isInAuthorities else {
      throw .configuration("an OCSP response is required, and the trust is in no authorities")
    }
    var responses: [[UInt8]: [UInt8]] = [:]
    for identity in identities {
      guard let response = try identity.readOCSPResponse() else { continue }
      responses[unsafe fingerprint(of: identity.leaf.pointer)] = response
    }
    self.responses = responses
  }

  func install(in context: ContextHandle) {
    guard wanted != .none || !responses.isEmpty || identitiesMayCome else { return }
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
      let response = unsafe reports(of: ssl)?.ocspResponse ?? responses[fingerprint(of: leaf)],
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

extension LoadedIdentity {
  /// What is to be stapled, which has to be about the leaf.
  func readOCSPResponse() throws(TLSError) -> [UInt8]? {
    guard let ocspResponse else { return nil }
    let bytes = try ocspResponse.read()
    try StapledResponse.check(bytes, of: ocspResponse, isAbout: leaf)
    return bytes
  }
}
