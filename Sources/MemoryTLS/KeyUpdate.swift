/// New traffic keys in the middle of a connection, TLS 1.3 alone (RFC 8446 §4.6.3).
public enum KeyUpdate {
  /// Whose keys are to be new.
  public enum Request: Sendable, Hashable {
    /// Those of what we send.
    case ours
    /// Those of both directions: the peer changes its own before it writes again.
    case both
  }

  /// How many there were, of both ends.
  public struct Counts: Sendable, Hashable {
    /// Ours, answers to the peer's requests too.
    public internal(set) var sent = 0
    /// The peer's.
    public internal(set) var received = 0
  }
}

extension TLSEngine {
  /// Changes the traffic keys (`SSL_key_update`). What the peer asks for is answered without this,
  /// before our next write.
  ///
  /// - Returns: `.done` when the message is pending; else nothing was changed, and the call is to be
  ///   repeated when the need is met.
  /// - Throws: `.handshakeIncomplete` before `.done`, `.writeAfterClose` after `close()`,
  ///   `.unavailable` in TLS 1.2; else what the peer did wrong.
  public func updateKeys(_ request: KeyUpdate.Request = .both) throws(TLSError) -> Step {
    try enter()
    guard phase != .handshake else { throw .misuse(.handshakeIncomplete, phase) }
    guard phase == .open else { throw .misuse(.writeAfterClose, phase) }
    guard connection.version == .tls13 else {
      throw .unavailable("\(connection.version) cannot change keys: there is no KeyUpdate", phase)
    }
    if let need = try finishHandshakeMessages() { return .needs(need) }
    // A message that did not fit would be under way, and asked for twice.
    guard connection.freeOutgoing >= connection.sealedSize(of: 5) else { return .needs(.pull) }
    connection.queueKeyUpdate(request)
    // The answer is not counted against the peer.
    if request == .both { connection.reports.tolls.keyUpdates -= 1 }
    return try finishHandshakeMessages().map { .needs($0) } ?? .done
  }

  /// How often keys were changed so far.
  public var keyUpdates: KeyUpdate.Counts { connection.reports.keyUpdates }
}
