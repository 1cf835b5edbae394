/// Whether a client of TLS 1.3 can be asked for its certificate after the handshake (RFC 8446
/// §4.6.2).
public enum PostHandshakeAuthentication: Sendable, Hashable {
  /// It cannot: it does not offer to, and a server that asks all the same breaks the protocol.
  case refused
  /// It offers to, and answers with its identity or with none (`SSL_CTX_set_post_handshake_auth`),
  /// as often as it is asked.
  case offered
}

extension TLSEngine {
  /// Asks a client of TLS 1.3 for its certificate, in the middle of the connection
  /// (`SSL_verify_client_post_handshake`); may be called again when the answer is there.
  ///
  /// The answer arrives while reading: ``Event/postHandshakeAuthentication``, or an error of
  /// verification, as in a handshake. Trust is the configuration's.
  /// - Parameter certificates: ``ClientCertificates/require``, or `.request` where a client may
  ///   answer without one.
  /// - Returns: `.done` when the request is pending; `.needs` before that, when the call is to be
  ///   repeated.
  /// - Throws: `.handshakeIncomplete` before `.done`, `.writeAfterClose` after `close()`;
  ///   `.invalidArgument` for `.none`; `.unavailable`, with the reason, where the version, the role or
  ///   the client does not allow it, or a request is under way. All change nothing.
  public func requestClientCertificate(
    _ certificates: ClientCertificates = .require
  ) throws(TLSError) -> Step {
    try enter()
    guard phase != .handshake else { throw .misuse(.handshakeIncomplete, phase) }
    guard phase == .open else { throw .misuse(.writeAfterClose, phase) }
    guard certificates != .none else { throw .argument("a request for no certificate", phase) }
    guard role == .server, connection.version == .tls13 else {
      throw .unavailable("only a server of TLSv1.3 can ask for a certificate later", phase)
    }
    if !connection.reports.isAskingForCertificate {
      // A call that finds that the client cannot be asked has changed nothing.
      let before = pendingCiphertext
      if let need = try finishHandshakeMessages() { return .needs(need) }
      guard pendingCiphertext == before else { return .needs(.pull) }
      if let reason = connection.queueCertificateRequest(certificates) {
        throw .unavailable("the client cannot be asked for a certificate: \(reason.text)", phase)
      }
    }
    let need = try finishHandshakeMessages()
    connection.reports.isAskingForCertificate = need != nil
    return need.map { .needs($0) } ?? .done
  }
}
