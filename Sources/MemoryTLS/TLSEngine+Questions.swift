// Questions about the connection, and its events. None throws, in any state.

extension TLSEngine {
  /// What was agreed on; nil before `.done`. Made anew each time it is asked for.
  public var negotiated: Negotiated? {
    phase == .handshake ? nil : connection.negotiated(as: role, psk: pskIdentity)
  }

  /// The client's random of the handshake, 32 bytes; nil before it is known
  /// (`SSL_get_client_random`).
  public var clientRandom: [UInt8]? { connection.clientRandom }

  /// The server's random of the handshake, 32 bytes; nil before it is known
  /// (`SSL_get_server_random`).
  public var serverRandom: [UInt8]? { connection.serverRandom }

  /// The verify data of our latest Finished: 12 bytes in TLS 1.2, a hash's 32 or 48 in TLS 1.3; empty
  /// before it is made (`SSL_get_finished`).
  public var finished: [UInt8] { connection.finished }

  /// The verify data of the peer's latest Finished; empty before it is there
  /// (`SSL_get_peer_finished`).
  public var peerFinished: [UInt8] { connection.peerFinished }

  /// Takes the oldest event; at most 32 wait, and 16 lines of the key log.
  public func nextEvent() -> Event? { connection.reports.events.next() }
}

extension TLSEngine: CustomStringConvertible {
  /// One line about the engine's state, for failure messages.
  public var description: String {
    let state = terminalError.map { "failed: \($0)" } ?? "\(phase) (\(connection.stateText))"
    return """
      \(role == .server ? "server" : "client"): \(state); \(pendingCiphertext) bytes pending, \
      \(unreadCiphertext) unread, \(wantedCiphertext) wanted
      """
  }
}
