// Answers to what a handshake waits for. None of them moves bytes but for an alert; step() goes on.

extension TLSEngine {
  /// Goes on after a ClientHello, or asked for a certificate, as configured.
  ///
  /// With another context, a ClientHello is answered as if the engine had been made with that: all of
  /// its settings apply, but for the rings' capacity. (A new `SSL` hears the same ClientHello.)
  /// - Throws: `.noSuchDecision` and `.invalidConfiguration` for a context that cannot play the role,
  ///   and nothing has changed then; else what is wrong with the ClientHello.
  public func proceed(with context: TLSContext? = nil) throws(TLSError) {
    try enter()
    switch decision {
    case .clientHello:
      if let context { try change(to: context) } else { answer(.clientHello, .goOn) }
      decision = nil
    case .certificate where context == nil:
      answer(.certificate, .goOn)
      decision = nil
    default:
      throw .misuse(.noSuchDecision, phase)
    }
  }

  /// Proves itself with an identity instead of those in the configuration; with nil, as configured:
  /// a client that has none goes without.
  ///
  /// - Throws: `.noSuchDecision`; what is wrong with the identity, and the decision is still open then.
  public func present(_ identity: Identity?) throws(TLSError) {
    try enter()
    guard case .certificate = decision else { throw .misuse(.noSuchDecision, phase) }
    if let identity { try connection.replaceIdentities(with: identity) }
    answer(.certificate, .goOn)
    decision = nil
  }

  /// Accepts the peer's certificates.
  ///
  /// - Throws: `.noSuchDecision`.
  public func accept() throws(TLSError) {
    try enter()
    guard case .peerCertificate = decision else { throw .misuse(.noSuchDecision, phase) }
    answer(.peerCertificate, .goOn)
    connection.release()
    decision = nil
  }

  /// Ends the handshake over the open decision. The alert is pending then, and every later call throws
  /// `.refused`, or `.verificationFailed` over certificates.
  ///
  /// A client that refuses certificates can say handshake_failure, bad_certificate,
  /// unsupported_certificate, certificate_revoked, certificate_expired, certificate_unknown,
  /// unknown_ca, decrypt_error and internal_error; any other alert becomes bad_certificate. Over
  /// ``Decision/certificate(_:)`` it is always internal_error. A server can say anything else, but in
  /// TLS 1.3, over certificates, what OpenSSL does not know becomes handshake_failure; so does
  /// everywhere what is no refusal (close_notify, user_canceled).
  /// - Throws: `.noSuchDecision`.
  public func refuse(_ alert: Alert) throws(TLSError) {
    try enter()
    guard let decision else { throw .misuse(.noSuchDecision, phase) }
    // Two that do not refuse (RFC 8446 §6.1): close_notify and user_canceled.
    let alert = [0, 90].contains(alert.rawValue) ? .handshakeFailure : alert
    answer(decision.point, .refused(alert))
    _ = fail(connection.refusal(of: decision, alert))
  }

  private func answer(_ point: Suspension.Point, _ answer: Suspension.Answer) {
    connection.reports.suspension.answers[point] = answer
  }

  private func change(to other: TLSContext) throws(TLSError) {
    try other.check(role)
    try other.configuration.recordPadding.check(fits: context.configuration.ringCapacity)
    do throws(TLSError) {
      connection = try Connection(replacing: connection, other)
    } catch {
      // The rings are this connection's again, with whatever alert there is in them.
      connection.installCallbacks()
      if let sent = error.alert {
        connection.reports.events.append(.alert(sent.alert, sent.origin))
      }
      throw fail(error)
    }
    context = other
    ticketsAwaitVerdict = other.ticketsAwaitVerdict
  }
}

extension Decision {
  /// Where it comes from.
  var point: Suspension.Point {
    switch self {
    case .clientHello: .clientHello
    case .certificate: .certificate
    case .peerCertificate: .peerCertificate
    }
  }
}
