internal import COpenSSL

// From an outcome that ends a connection to the error that says what happened and whose fault it is.

extension Connection {
  func diagnose(
    _ outcome: Outcome, in phase: TLSError.Phase, inputHasEnded: Bool
  ) -> TLSError {
    switch outcome {
    case .closed:
      return TLSError(
        .closedDuringHandshake, .peer, "peer closed the connection in the middle of a handshake",
        phase: phase)
    case .failed:
      return diagnose(stack, in: phase, inputHasEnded: inputHasEnded)
    case .unexpected(let code):
      return TLSError(
        .unexpected, .environment, "OpenSSL answered \(code)\(stack.reason)", phase: phase,
        stack: stack)
    case .success, .wantRead, .wantWrite, .undecided:
      return TLSError(.unexpected, .environment, "no failure to explain", phase: phase)
    }
  }

  private func diagnose(
    _ stack: [OpenSSLError], in phase: TLSError.Phase, inputHasEnded: Bool
  ) -> TLSError {
    let alert = stack.receivedAlert ?? reports.fatalAlert
    func error(_ code: TLSError.Code, _ fault: TLSError.Fault, _ message: String) -> TLSError {
      TLSError(
        code, fault, message, phase: phase, alert: alert,
        verification: code == .verificationFailed ? reports.verification : nil, stack: stack)
    }
    if let reason = reports.signingFailure {
      return error(.signingFailed, .environment, "the private key did not sign: \(reason)")
    }
    if inputHasEnded, stack.has(SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      return error(.truncated, .peer, "input ended without close_notify \(phase.when)")
    }
    if let alert, alert.origin == .received {
      return error(.alertReceived, .peer, "peer gave up with alert \(alert.text)")
    }
    if stack.has(SSL_R_CERTIFICATE_VERIFY_FAILED) || stack.has(SSL_R_INVALID_STATUS_RESPONSE) {
      return error(.verificationFailed, .peer, "peer's certificate not accepted: \(verdict)")
    }
    if stack.has(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) {
      return error(.verificationFailed, .peer, "peer sent no certificate, and one is required")
    }
    if stack.has(SSL_R_EXCESSIVE_MESSAGE_SIZE) {
      let limit = unsafe COpenSSL_SSL_get_max_cert_list(ssl)
      return error(
        .limitExceeded, .peer,
        "a handshake message is too long; limits.certificateChainBytes is \(limit)")
    }
    if stack.has(SSL_R_RECORD_TOO_SMALL) {
      return error(.limitExceeded, .peer, "more than 32, the limit named emptyRecords")
    }
    if phase == .handshake, alert == nil, !opening.looksLikeTLS {
      return error(.notTLS, .peer, "peer does not speak TLS: it began with \(opening.quoted)")
    }
    let told = alert.map { "; it was told \($0.text)" } ?? ""
    let cause = stack.first?.text ?? "no reason given"
    guard let alert, alert.alert != .internalError else {
      let fault: TLSError.Fault = alert == nil ? .peer : .environment
      return error(alert == nil ? .protocolFailure : .unexpected, fault, cause + told)
    }
    return error(.protocolFailure, .peer, "no agreement with the peer: \(cause)\(told)")
  }

  /// What verification found, in words.
  private var verdict: String {
    guard let found = reports.verification else { return "no reason given" }
    return "\(found.reason) (depth \(found.depth), \(found.subject))"
  }

  /// OpenSSL's words for where the state machine is (`SSL_state_string_long`).
  var stateText: String { unsafe String(cString: SSL_state_string_long(ssl)) }

  /// The version that was negotiated.
  var version: ProtocolVersion {
    unsafe ProtocolVersion(rawValue: UInt16(truncatingIfNeeded: SSL_version(ssl)))
  }
}

extension [OpenSSLError] {
  /// The alert that ended the connection, if the peer sent it: `SSL_AD_REASON_OFFSET` and its number.
  /// In TLS 1.3 its level means nothing (RFC 8446 §6.2).
  fileprivate var receivedAlert: TLSError.SeenAlert? {
    let reasons = lazy.filter { $0.library == Int(ERR_LIB_SSL) }.map(\.reason)
    guard let reason = reasons.first(where: { 1000...1255 ~= $0 }) else { return nil }
    return TLSError.SeenAlert(alert: Alert(rawValue: UInt8(reason - 1000)), origin: .received)
  }

  func has(_ reason: CInt) -> Bool {
    contains { $0.library == Int(ERR_LIB_SSL) && $0.reason == Int(reason) }
  }
}

extension TLSError.Phase {
  fileprivate var when: String {
    switch self {
    case .handshake: "during the handshake"
    case .open: "while the connection was open"
    case .closing: "after our own close_notify"
    }
  }
}

extension TLSError.SeenAlert {
  fileprivate var text: String { "\(alert) (\(alert.rawValue))" }
}
