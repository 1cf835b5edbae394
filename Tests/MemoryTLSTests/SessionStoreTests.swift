@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Stores of sessions, for clients and for servers.
@Suite(.withAllAndNeededAlgorithms) struct SessionStoreTests {
  @Test(arguments: versions, wires)
  func `a client with a store resumes by itself`(version: ProtocolVersion, wire: Wire) throws {
    let store = SessionStore()
    let reunion = try Reunion(Settings(version).changed { $0.client.sessionStore = store })
    for number in 0..<4 {
      let pair = try reunion.meet(as: .name("localhost"), wire)
      #expect(pair.isResumed == (number > 0))
      #expect(pair.sessions.isEmpty)
      try pair.finish()
    }
    #expect(store.count == 1)
  }

  // RFC 8446 §C.4: "Clients SHOULD NOT reuse a ticket for multiple connections."
  @Test func `a TLS 1.3 session is taken once, a TLS 1.2 one stays`() throws {
    for version in versions {
      let store = SessionStore()
      let session = try Reunion(Settings(version).telling).session()
      store.insert(session)
      let now = session.issuedAt
      #expect(store.take(boundTo: session.binding, at: now) == session)
      let second = store.take(boundTo: session.binding, at: now)
      #expect(second == (version == .tls12 ? session : nil))
    }
  }

  @Test func `the newest session is taken first, and four are kept of a server`() throws {
    let store = SessionStore()
    let settings = Settings(.tls13).telling.changed { $0.server.tickets = .afterHandshake(6) }
    let sessions = try Reunion(settings).meet().sessions
    for session in sessions { store.insert(session) }
    #expect(store.sessions == Array(sessions[2...]))
    let now = try #require(sessions.last).issuedAt
    for session in sessions[2...].reversed() {
      #expect(store.take(boundTo: session.binding, at: now) == session)
    }
    #expect(store.count == 0)
  }

  @Test func `a session that has expired is not taken, and goes`() throws {
    let store = SessionStore()
    let session = try Reunion(Settings(.tls12).telling).session()
    store.insert(session)
    #expect(store.take(boundTo: session.binding, at: session.issuedAt + 7201) == nil)
    #expect(store.count == 0)
  }

  @Test(arguments: versions)
  func `contexts that believe others share a store and no sessions`(
    version: ProtocolVersion
  ) throws {
    let store = SessionStore()
    let settings = Settings(version).changed { $0.client.sessionStore = store }
    let reunion = try Reunion(settings)
    var careless = reunion
    careless.client = try TLSContext(
      settings.changed { $0.client.trust = .acceptAnyoneInsecurely }.client)
    #expect(try !careless.meet().isResumed)
    #expect(try !reunion.meet().isResumed)
    #expect(try !careless.meet(as: .unchecked(serverName: "localhost")).isResumed)
    #expect(try careless.meet().isResumed)
    #expect(try reunion.meet().isResumed)
  }

  @Test(arguments: versions)
  func `what was given goes before what is stored`(version: ProtocolVersion) throws {
    let settings = Settings(version).telling.changed { $0.client.sessionStore = SessionStore() }
    let reunion = try Reunion(settings)
    let session = try reunion.session()
    #expect(try !reunion.meet(resuming: session.later(by: -8000)).isResumed)
    #expect(try reunion.meet(resuming: session).isResumed)
  }

  @Test func `the least recently used server makes room`() throws {
    let store = SessionStore(capacity: 2)
    let reunion = try Reunion(Settings(.tls12).telling)
    let sessions = try ["a", "b", "c"].map { name in
      try reunion.session(as: .unchecked(serverName: name))
    }
    let now = sessions[0].issuedAt
    store.insert(sessions[0])
    store.insert(sessions[1])
    #expect(store.take(boundTo: sessions[0].binding, at: now) == sessions[0])
    store.insert(sessions[2])
    #expect(store.take(boundTo: sessions[1].binding, at: now) == nil)
    #expect(store.take(boundTo: sessions[0].binding, at: now) == sessions[0])
    #expect(Set(store.sessions) == [sessions[0], sessions[2]])
    store.removeAll()
    #expect(store.count == 0)
  }

  @Test(arguments: versions, wires)
  func `a server's store holds what its tickets stand for`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let store = SessionStore()
    let settings = Settings(version).mutual.telling.changed { $0.server.sessionStore = store }
    var reunion = try Reunion(settings)
    let first = try reunion.meet(as: .name("localhost"), wire)
    let session = try #require(first.sessions.last)
    try first.finish()
    #expect(store.count == 1)
    #expect(session.ticket.count == (version == .tls12 ? 0 : 32))
    // Another context of the same policy finds it too.
    reunion.server = try TLSContext(settings.server)
    let pair = try reunion.meet(resuming: session, as: .name("localhost"), wire)
    #expect(pair.isResumed)
    let client = pair.server.engine.negotiated?.peerCertificates.first
    #expect(client?.der == Settings.user.certificate)
    try pair.finish()
    // RFC 8446 §8.1: single-use tickets.
    #expect(try reunion.meet(resuming: session).isResumed == (version == .tls12))
  }

  // RFC 8446 §4.1.2: the second ClientHello names the same ticket again.
  @Test(arguments: wires)
  func `a single-use ticket outlives a HelloRetryRequest`(wire: Wire) throws {
    let settings = Settings(.tls13).telling.changed {
      $0.server.sessionStore = SessionStore()
      $0.server.groups = [.secp256r1]
    }
    let reunion = try Reunion(settings)
    let session = try reunion.session()
    #expect(try reunion.meet(resuming: session, as: .name("localhost"), wire).isResumed)
    #expect(try !reunion.meet(resuming: session).isResumed)
  }

  @Test(arguments: versions)
  func `a session that the server has forgotten is not resumed`(version: ProtocolVersion) throws {
    let store = SessionStore(capacity: 2)
    let reunion = try Reunion(
      Settings(version).telling.changed { $0.server.sessionStore = store })
    let sessions = try (0..<3).map { _ in try reunion.session() }
    #expect(store.count == 2)
    #expect(try !reunion.meet(resuming: sessions[0]).isResumed)
    #expect(try reunion.meet(resuming: sessions[2]).isResumed)
    store.removeAll()
    #expect(try !reunion.meet(resuming: sessions[2]).isResumed)
  }

  // RFC 5246 §7.2.2: "Servers and clients MUST forget any session-identifiers, keys, and secrets
  // associated with a failed connection."
  @Test func `a session whose connection failed is forgotten`() throws {
    let store = SessionStore()
    let settings = Settings(.tls12).telling.changed { $0.server.sessionStore = store }
    let puppets = try settings.open()
    #expect(store.count == 1)
    puppets.server.take(badRecord)
    #expect(puppets.server.error != nil)
    #expect(store.count == 0)
  }

  @Test(arguments: versions)
  func `no session is stored before keepSessions puts it there`(version: ProtocolVersion) throws {
    let store = SessionStore()
    let settings = Settings(version).telling.changed {
      $0.server.sessionStore = store
      $0.server.tickets = .afterHandshake(1)
    }
    let puppets = try Puppets(settings)
    puppets.client.run()
    puppets.server.push(puppets.client.news()[...])
    _ = puppets.server.engine.connection.handshake()
    puppets.server.pull()
    puppets.client.take(puppets.server.news())
    puppets.server.push(puppets.client.news()[...])
    _ = puppets.server.engine.connection.handshake()
    #expect(store.count == 0)
    puppets.server.engine.connection.keepSessions()
    #expect(store.count == 1)
  }

  @Test(arguments: versions)
  func `a session of one client-certificate policy is none of another`(
    version: ProtocolVersion
  ) throws {
    let store = SessionStore()
    let settings = Settings(version).telling.changed { $0.server.sessionStore = store }
    var reunion = try Reunion(settings)
    let session = try reunion.session()
    reunion.server = try TLSContext(
      settings.changed { $0.server.clientCertificates = .request }.server)
    #expect(try !reunion.meet(resuming: session).isResumed)
  }

  @Test(arguments: versions)
  func `a store serves eight threads at both ends`(version: ProtocolVersion) async throws {
    let (clients, servers) = (SessionStore(), SessionStore())
    let reunion = try Reunion(
      Settings(version).mutual.changed {
        $0.client.sessionStore = clients
        $0.server.sessionStore = servers
      })
    let resumed = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var resumed = 0
          for _ in 0..<20 {
            let pair = try reunion.meet()
            if pair.isResumed { resumed += 1 }
            try pair.finish()
          }
          return resumed
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(resumed > 0)
    #expect(clients.count > 0 && servers.count <= 160)
  }

  @Test func `stores are equal if they are one`() {
    let store = SessionStore()
    #expect(store == store && store != SessionStore())
    #expect(SessionStore(capacity: -5).capacity == 1)
    var configurations: Set<TLSConfiguration> = [TLSConfiguration()]
    var other = TLSConfiguration()
    other.sessionStore = store
    configurations.insert(other)
    #expect(configurations.count == 2)
  }
}
