internal import COpenSSL

// From a suspended handshake to the decision it waits for, and from a refusal to its alert.

extension Connection {
  /// What the caller has to decide before the handshake goes on; nil for nothing.
  func decision(after outcome: Outcome) -> Decision? {
    switch outcome {
    case .undecided(.clientHello):
      ClientHello(message: reports.suspension.clientHello).map { .clientHello($0) }
    case .undecided(.certificate):
      .certificate(certificateRequest)
    case .undecided(.peerCertificate):
      reports.suspension.peerChain.map { .peerCertificate($0) }
    case .success where reports.suspension.awaitsVerdict:
      reports.suspension.peerChain.map { .peerCertificate($0) }
    default:
      nil
    }
  }

  private var certificateRequest: CertificateRequest {
    CertificateRequest(
      signatureSchemes: peerSchemes, authorities: peerAuthorities,
      serverName: unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name).map {
        unsafe String(cString: $0)
      })
  }

  private var peerSchemes: [SignatureScheme] {
    let count = unsafe SSL_get_sigalgs(ssl, 0, nil, nil, nil, nil, nil)
    return (0..<max(0, count)).map { index in
      var (signature, hash): (UInt8, UInt8) = (0, 0)
      unsafe SSL_get_sigalgs(ssl, index, nil, nil, nil, &signature, &hash)
      return SignatureScheme(rawValue: UInt16(hash) << 8 | UInt16(signature))
    }
  }

  private var peerAuthorities: [DistinguishedName] {
    let names = unsafe SSL_get0_peer_CA_list(ssl)
    return (0..<(unsafe max(0, COpenSSL_sk_X509_NAME_num(names)))).compactMap { index in
      guard let name = unsafe COpenSSL_sk_X509_NAME_value(names, index) else { return nil }
      return unsafe DistinguishedName(
        der: encoded { unsafe i2d_X509_NAME(name, $0) }, description: text(of: name))
    }
  }
}

// MARK: - Verdicts

extension Connection {
  /// Lets go what was held back until the peer's certificates were accepted.
  func release() {
    reports.outbox.append(reports.suspension.withheld)
    reports.suspension.withheld = []
  }

  /// Tells the peer that it is refused, and answers how that ends the connection.
  func refusal(of decision: Decision, _ alert: Alert) -> TLSError {
    switch decision {
    case .clientHello:
      return .refused("ClientHello", sendInTheClear(alert))
    case .certificate:
      return .refused("request for a certificate", failInHandshake())
    case .peerCertificate(let chain):
      return .refused(chain, alert, refuseCertificates(alert))
    }
  }

  /// A client of TLS 1.3 learns of it where its ticket would be. In TLS 1.2 nothing behind its
  /// Finished was sent, so that an alert in the clear is what it expects.
  private func refuseCertificates(_ alert: Alert) -> TLSError.SeenAlert? {
    guard reports.sending == .serverToClient else { return failInHandshake() }
    guard version == .tls12 else {
      queueTickets(1)
      return failInHandshake()
    }
    reports.suspension.withheld = []
    return sendInTheClear(alert)
  }

  private func failInHandshake() -> TLSError.SeenAlert? {
    diagnose(handshake(), in: .handshake, inputHasEnded: false).alert
  }

  /// An alert record (RFC 8446 §6) that OpenSSL knows nothing of; it is never called again.
  private func sendInTheClear(_ alert: Alert) -> TLSError.SeenAlert {
    unsafe reports.outbox.append(everything(in: outer))
    reports.outbox.append([21, 3, 3, 0, 2, 2, alert.rawValue])
    reports.events.append(.alert(alert, .sent))
    return TLSError.SeenAlert(alert: alert, origin: .sent)
  }

  /// Puts an identity in the place of those that the context has.
  func replaceIdentities(with identity: Identity) throws(TLSError) {
    try context.library.run { () throws(TLSError) in try replace(with: identity.load()) }
  }

  private func replace(with loaded: LoadedIdentity) throws(TLSError) {
    let response = try loaded.readOCSPResponse()
    // One that OpenSSL refuses must not cost us those that we have.
    guard let trial = unsafe SSL_new(SSL_get_SSL_CTX(ssl)) else { throw .outOfMemory("SSL_new") }
    defer { unsafe SSL_free(trial) }
    try unsafe loaded.use(for: trial)
    try unsafe loaded.use(for: ssl)
    reports.ocspResponse = response
  }
}

extension TLSError {
  fileprivate static func refused(_ what: String, _ sent: SeenAlert?) -> TLSError {
    let told = sent.map { "; the peer was told \($0.alert)" } ?? ""
    return TLSError(
      .refused, .peer, "\(what) refused by decision\(told)", phase: .handshake, alert: sent)
  }

  fileprivate static func refused(
    _ chain: PeerChain, _ alert: Alert, _ sent: SeenAlert?
  ) -> TLSError {
    let subject = chain.certificates.first?.subject ?? ""
    let failure = VerificationFailure(
      code: Int(alert.refusalCode), depth: 0, subject: subject, reason: "refused by decision")
    return TLSError(
      .verificationFailed, .peer,
      "peer's certificate not accepted: refused by decision (depth 0, \(subject))",
      phase: .handshake, alert: sent, verification: failure)
  }
}
