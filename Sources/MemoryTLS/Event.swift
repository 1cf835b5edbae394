/// What OpenSSL reported beside the answers of calls; read with ``TLSEngine/nextEvent()``.
public enum Event: Sendable, Hashable {
  /// An alert was sent or received; close_notify and warnings too. Source: `SSL_set_info_callback`.
  case alert(Alert, AlertOrigin)
  /// A client got what resumes this connection; only with ``TLSConfiguration/sessionDelivery``. At most
  /// ``TLSSession/sizeLimit`` bytes. Source: `SSL_CTX_sess_set_new_cb`.
  case session(TLSSession)
  /// The queue was full and this many events are missing here.
  case dropped(Int)
}

/// Who made an alert.
public enum AlertOrigin: Sendable, Hashable {
  /// This engine, for the peer.
  case sent
  /// The peer.
  case received
}

/// Events that wait to be read: at most ``capacity``, because a peer can cause them.
struct EventQueue {
  static let capacity = 32

  private var waiting: [Event] = []
  private var dropped = 0

  mutating func append(_ event: Event) {
    guard waiting.count < Self.capacity, dropped == 0 else {
      dropped += 1
      return
    }
    waiting.append(event)
  }

  mutating func next() -> Event? {
    guard waiting.isEmpty else { return waiting.removeFirst() }
    guard dropped > 0 else { return nil }
    defer { dropped = 0 }
    return .dropped(dropped)
  }
}
