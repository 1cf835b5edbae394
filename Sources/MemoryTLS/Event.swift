/// What OpenSSL reported beside the answers of calls; read with ``TLSEngine/nextEvent()``.
public enum Event: Sendable, Hashable {
  /// An alert was sent or received; close_notify and warnings too. Source: `SSL_set_info_callback`.
  case alert(Alert, AlertOrigin)
  /// A client got what resumes this connection; only with ``TLSConfiguration/sessionDelivery``. At most
  /// ``TLSSession/sizeLimit`` bytes. Source: `SSL_CTX_sess_set_new_cb`.
  case session(TLSSession)
  /// The keys of this direction are new (TLS 1.3's KeyUpdate); ``TLSEngine/keyUpdates`` counts.
  case keyUpdated(Direction)
  /// The client answered a request for its certificate after the handshake, at both ends;
  /// ``Negotiated/peerCertificates`` tells a server with what: nothing if the client has none.
  case postHandshakeAuthentication
  /// A further handshake of TLS 1.2 is done: ``TLSEngine/negotiated`` tells what it came to.
  case renegotiated
  /// Secrets of the connection as a line of a key log, without its end (RFC 9850): only with
  /// ``TLSConfiguration/logsSecrets``, and before all other events that wait.
  case keyLog(String)
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
///
/// Lines of the key log wait apart, so that no alert of a peer can take the place of one.
struct EventQueue {
  static let capacity = 32
  /// The lines of two handshakes: at most 7 of TLS 1.3, 2 of TLS 1.2 with each renegotiation.
  static let lineCapacity = 16

  private var lines: [String] = []
  private var waiting: [Event] = []
  private var dropped = 0

  mutating func append(_ event: Event) {
    guard waiting.count < Self.capacity, dropped == 0 else {
      dropped += 1
      return
    }
    waiting.append(event)
  }

  mutating func append(keyLog line: String) {
    guard lines.count < Self.lineCapacity else {
      dropped += 1
      return
    }
    lines.append(line)
  }

  mutating func next() -> Event? {
    if let line = Self.removeFirst(of: &lines) { return .keyLog(line) }
    if let event = Self.removeFirst(of: &waiting) { return event }
    guard dropped > 0 else { return nil }
    defer { dropped = 0 }
    return .dropped(dropped)
  }

  /// Takes the oldest; the last one takes the queue's memory with it.
  private static func removeFirst<Element>(of queue: inout [Element]) -> Element? {
    guard queue.count > 1 else {
      defer { queue = [] }
      return queue.first
    }
    return queue.removeFirst()
  }
}
