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
  /// Whenever ``TLSEngine/issueTicket()`` is called, and not before.
  case whenIssued

  /// How many it sends by itself.
  var count: Int {
    switch self {
    case .none, .whenIssued: 0
    case .afterHandshake(let count), .withFirstWrite(let count): count
    }
  }

  /// Whether it ever sends one.
  var areSent: Bool { self == .whenIssued || count > 0 }
}

/// Where a server keeps what a ticket stands for.
public enum TicketFormat: Sendable, Hashable {
  /// Stateless if there are ``TLSConfiguration/ticketKeys``. Else stateful if there is a
  /// ``TLSConfiguration/sessionStore`` to keep it in, if client certificates are asked for (a
  /// stateless ticket holds the client's and has it parsed anew, which makes such resumptions half as
  /// fast), or if early data is taken. Else stateless.
  case automatic
  /// In the ticket itself, sealed: any server with the same ``TLSConfiguration/ticketKeys`` can open
  /// it, and nothing is kept. Without keys, the context makes its own, for its lifetime.
  case stateless
  /// In the ``TLSConfiguration/sessionStore``, or one for each context of 1,024 sessions; a ticket is
  /// a number of 32 bytes, and serves once in TLS 1.3. In TLS 1.2 it is the session's identifier.
  case stateful
}
