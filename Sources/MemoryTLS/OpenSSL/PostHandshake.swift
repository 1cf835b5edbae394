internal import COpenSSL

// What goes on behind the first handshake: key updates, late client certificates, renegotiations.

extension ContextHandle {
  /// A server refuses all the same: without `SSL_OP_ALLOW_CLIENT_RENEGOTIATION`.
  func applyRenegotiation(_ renegotiation: Renegotiation) {
    unsafe SSL_CTX_clear_options(pointer, COpenSSL_SSL_OP_ALLOW_CLIENT_RENEGOTIATION)
    switch renegotiation {
    case .refused: unsafe SSL_CTX_set_options(pointer, COpenSSL_SSL_OP_NO_RENEGOTIATION)
    case .allowed: unsafe SSL_CTX_clear_options(pointer, COpenSSL_SSL_OP_NO_RENEGOTIATION)
    }
  }

  func applyPostHandshakeAuthentication(_ authentication: PostHandshakeAuthentication) {
    unsafe SSL_CTX_set_post_handshake_auth(pointer, authentication == .offered ? 1 : 0)
  }
}

extension Connection {
  /// Queues a KeyUpdate; the next handshake call writes it.
  func queueKeyUpdate(_ request: KeyUpdate.Request) {
    let kind = request == .both ? SSL_KEY_UPDATE_REQUESTED : SSL_KEY_UPDATE_NOT_REQUESTED
    unsafe SSL_key_update(ssl, kind)
    ErrorQueue.clear()
  }

  /// Whether no message of the handshake protocol is under way, nor owed to the peer.
  var isBetweenMessages: Bool {
    unsafe SSL_get_key_update_type(ssl) == SSL_KEY_UPDATE_NONE && SSL_in_init(ssl) == 0
  }

  /// Queues the KeyUpdate that the peer asked for, which OpenSSL would send inside the next write.
  func answerKeyUpdate() {
    guard unsafe SSL_get_key_update_type(ssl) != SSL_KEY_UPDATE_NONE, !isInHandshake else { return }
    queueKeyUpdate(.ours)
  }

  /// Queues a CertificateRequest; the next handshake call writes it. Answers OpenSSL's reason where
  /// it refuses.
  func queueCertificateRequest(_ certificates: ClientCertificates) -> OpenSSLError? {
    ErrorQueue.clear()
    // The answer may bring tickets about.
    canForeseeWrites = false
    let before = unsafe SSL_get_verify_mode(ssl)
    unsafe SSL_set_verify(ssl, certificates.verifyMode, noteVerification)
    guard unsafe SSL_verify_client_post_handshake(ssl) != 1 else { return nil }
    // What was asked before may still have to be answered as it was asked.
    unsafe SSL_set_verify(ssl, before, noteVerification)
    return ErrorQueue.drain().first
  }

  /// Moves a renegotiation without taking data that comes in between (`SSL_peek_ex`).
  func peek() -> Outcome {
    var byte: UInt8 = 0
    var count = 0
    watchWrites()
    return unsafe perform { unsafe SSL_peek_ex($0, &byte, 1, &count) }
  }
}

extension CallbackReports {
  /// Keeps what a state that is left behind, after the first handshake, means.
  func note(finished state: OSSL_HANDSHAKE_STATE) {
    switch state {
    case TLS_ST_SW_KEY_UPDATE, TLS_ST_CW_KEY_UPDATE:
      keyUpdates.sent += 1
      events.append(.keyUpdated(sending))
    case TLS_ST_SR_KEY_UPDATE, TLS_ST_CR_KEY_UPDATE:
      keyUpdates.received += 1
      tolls.keyUpdates += 1
      events.append(.keyUpdated(sending.reversed))
    case TLS_ST_CW_FINISHED, TLS_ST_SR_FINISHED:
      if unsafe SSL_version(ssl) == TLS1_3_VERSION { events.append(.postHandshakeAuthentication) }
    case TLS_ST_CR_SESSION_TICKET:
      tolls.tickets += 1
    default:
      break
    }
  }
}
