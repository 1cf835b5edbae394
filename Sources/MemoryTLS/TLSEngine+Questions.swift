// Questions about the connection, and its events. None throws, in any state.

extension TLSEngine {
  /// What was agreed on; nil before `.done`. Made anew each time it is asked for.
  public var negotiated: Negotiated? {
    phase == .handshake ? nil : connection.negotiated(as: role)
  }

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
