/// Whether and when a server gives out tickets for resumption.
///
/// In TLS 1.2 a ticket is part of the handshake: any of the sending choices means one ticket there.
public enum Tickets: Sendable, Hashable {
  /// No tickets; a full handshake every time.
  case none
  /// This many, at the end of the handshake, before ``Step/done`` (`SSL_CTX_set_num_tickets`).
  ///
  /// Over a channel without a buffer a server that writes its tickets and a client that writes its
  /// request wait for each other (openssl/openssl#25538).
  case afterHandshake(Int)
  /// This many, before the first bytes the server writes (`SSL_new_session_ticket`): no deadlock,
  /// no ticket if the server never writes.
  case withFirstWrite(Int)

  /// How many; 0 for none.
  var count: Int {
    switch self {
    case .none: 0
    case .afterHandshake(let count), .withFirstWrite(let count): count
    }
  }
}
