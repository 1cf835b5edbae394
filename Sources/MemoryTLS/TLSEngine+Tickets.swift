// Tickets that a server gives out when it likes.

extension TLSEngine {
  /// Sends one more ticket, from a server to a client of TLS 1.3 (`SSL_new_session_ticket`); needs
  /// any of ``Tickets`` but ``Tickets/none``.
  ///
  /// - Returns: `.done` when the ticket is pending or sent; else what is needed first, and the call is
  ///   to be repeated.
  /// - Throws: `.handshakeIncomplete` before `.done`, `.writeAfterClose` after `close()`,
  ///   `.unavailable` on a client, in TLS 1.2 and where no tickets are configured.
  public func issueTicket() throws(TLSError) -> Step {
    try enter()
    guard phase != .handshake else { throw .misuse(.handshakeIncomplete, phase) }
    guard phase == .open else { throw .misuse(.writeAfterClose, phase) }
    guard role == .server, connection.version == .tls13, context.configuration.tickets.areSent
    else {
      throw .unavailable("tickets are a TLS 1.3 server's, if it is configured to send any", phase)
    }
    if !connection.reports.isIssuingTicket {
      if let need = try finishHandshakeMessages() { return .needs(need) }
      connection.queueTickets(1)
      connection.reports.isIssuingTicket = true
    }
    if let need = try finishHandshakeMessages() { return .needs(need) }
    connection.reports.isIssuingTicket = false
    return .done
  }
}
