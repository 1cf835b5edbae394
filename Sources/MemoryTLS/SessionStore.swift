/// Sessions to be resumed, bounded, for any number of contexts and threads
/// (``TLSConfiguration/sessionStore``).
///
/// A client's engines put the sessions that they get here and take one when they begin: the newest of
/// those that were made with the same expected server under the same trust and identities. A session
/// of TLS 1.3 is taken out with that, because who sees one ticket twice knows the client again (RFC
/// 8446 §C.4). A server's engines keep here what their stateful tickets stand for
/// (``TicketFormat/stateful``); a ticket of TLS 1.3 serves once.
///
/// A session takes about 1 KiB and its ticket. The peer's certificates, about 5 KiB each, are shared by
/// all that one full handshake led to (``Limits/certificateChainBytes``). On a client it is at most
/// ``TLSSession/sizeLimit`` as bytes.
public final class SessionStore: Sendable {
  /// How many servers a client's sessions are kept of, and how many sessions of a server; what was
  /// used longest ago makes room.
  public let capacity: Int
  /// How many sessions are kept of one server, the newest.
  public static let sessionsPerServer = 4

  private let clients: Locked<RecentlyUsed<SessionKey, [TLSSession]>>
  private let servers: Locked<RecentlyUsed<SessionKey, SessionHandle>>

  /// An empty store; a capacity of less than 1 counts as 1.
  public init(capacity: Int = 1024) {
    self.capacity = max(1, capacity)
    clients = Locked(RecentlyUsed(capacity: capacity))
    servers = Locked(RecentlyUsed(capacity: capacity))
  }

  /// Keeps a client's session, as engines do by themselves.
  public func insert(_ session: TLSSession) {
    let key = SessionKey(session.binding)
    clients.withLock { kept in
      var sessions = kept.peek(key) ?? []
      sessions.removeAll { $0 == session }
      sessions.append(session)
      kept[key] = sessions.suffix(Self.sessionsPerServer)
    }
  }

  /// Forgets everything.
  public func removeAll() {
    clients.withLock { $0 = RecentlyUsed(capacity: capacity) }
    servers.withLock { $0 = RecentlyUsed(capacity: capacity) }
  }

  /// The sessions of clients, in no particular order; to be written down, for instance.
  public var sessions: [TLSSession] { clients.withLock { $0.all.flatMap { $0 } } }

  /// How many sessions there are, of clients and servers.
  public var count: Int { sessions.count + servers.withLock { $0.count } }
}

extension SessionStore: Hashable {
  /// Whether both are one store.
  public static func == (left: SessionStore, right: SessionStore) -> Bool { left === right }

  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

// MARK: - For clients

extension SessionStore {
  /// The newest session that can be resumed; those that have expired go.
  func take(boundTo binding: [UInt8], at now: Int64) -> TLSSession? {
    let key = SessionKey(binding)
    return clients.withLock { kept in
      guard var alive = kept.peek(key) else { return nil }
      alive.removeAll { !$0.isAlive(at: now) }
      let newest = alive.last
      if newest?.version == .tls13 { alive.removeLast() }
      kept[key] = alive.isEmpty ? nil : alive
      return newest
    }
  }
}

// MARK: - For servers

extension SessionStore {
  func insert(_ session: SessionHandle) {
    let identifier = session.identifier
    guard !identifier.isEmpty else { return }
    servers.withLock { $0[SessionKey(identifier)] = session }
  }

  /// The session of an identifier; of TLS 1.3 for the first who asks only.
  func session(_ identifier: [UInt8]) -> SessionHandle? {
    let key = SessionKey(identifier)
    return servers.withLock { kept in
      guard let found = kept.peek(key) else { return nil }
      kept[key] = found.version == .tls13 ? nil : found
      return found
    }
  }

  func remove(_ identifier: [UInt8]) {
    servers.withLock { $0[SessionKey(identifier)] = nil }
  }
}

/// What a session is found by: a hash, or what a server drew at random, so that its first bytes spread
/// as well as all.
private struct SessionKey: Hashable {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func hash(into hasher: inout Hasher) {
    hasher.combine(bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
