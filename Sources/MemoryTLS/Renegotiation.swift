/// Whether a client of TLS 1.2 shakes hands again within a connection when its server asks it to
/// (RFC 5746); TLS 1.3 has nothing of the kind. Servers never let clients do so.
public enum Renegotiation: Sendable, Hashable {
  /// The peer gets no_renegotiation, a warning; most give up then (`SSL_OP_NO_RENEGOTIATION`).
  case refused
  /// A client does, while it reads, with the same checks of the server as before.
  ///
  /// Until it is done nothing can be written or closed: both answer what they need. Channel binding
  /// `tls-exporter` is not defined then (RFC 9266).
  case allowed
}

extension TLSEngine {
  var mayRenegotiate: Bool {
    role != .server && context.configuration.renegotiation == .allowed
      && connection.version == .tls12
  }

  /// Moves a renegotiation for callers that do not read. Data that comes in between has to be read
  /// before it can go on.
  func moveRenegotiation() throws(TLSError) -> Need? {
    let need = try resolve(connection.peek())
    guard connection.isInHandshake else { return nil }
    return need ?? .push(atLeast: 1)
  }
}
