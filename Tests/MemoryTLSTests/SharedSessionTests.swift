@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// What a session is that many share: the same bytes for all of them, whatever becomes of one.
@Suite(.withAllAndNeededAlgorithms) struct SharedSessionTests {
  @Test(arguments: versions)
  func `resuming a session changes nothing in it`(version: ProtocolVersion) throws {
    for clock in [TLSClock.system, .fixed(1_700_000_000)] {
      let reunion = try Reunion(Settings(version).telling, clock: clock)
      let session = try reunion.session()
      let (bytes, description) = (session.bytes, "\(session)")
      for identity: ServerIdentity in [.name("localhost"), .name("LOCALHOST")] {
        let pair = try reunion.meet(resuming: session, as: identity)
        #expect(pair.isResumed)
        try pair.finish()
      }
      #expect(session.bytes == bytes && "\(session)" == description)
      #expect(try TLSSession(bytes: bytes).bytes == bytes)
    }
  }

  // RFC 5246 §7.2.1: "failure to properly close a connection no longer requires that a session not
  // be resumed"
  @Test(arguments: versions)
  func `it resumes though connections ended without close_notify`(
    version: ProtocolVersion
  ) throws {
    let store = SessionStore()
    let settings = Settings(version).telling.changed { $0.client.sessionStore = store }
    let reunion = try Reunion(settings)
    let session = try #require(try reunion.meet().sessions.last)
    for _ in 0..<3 { #expect(try reunion.meet(resuming: session).isResumed) }
    for _ in 0..<3 { #expect(try reunion.meet().isResumed) }
  }

  @Test(arguments: versions)
  func `it outlives the engine, the context and the library context it comes from`(
    version: ProtocolVersion
  ) throws {
    let keys = TicketKeys(try .random())
    let settings = Settings(version).telling.changed { $0.server.ticketKeys = keys }
    // Needed algorithms cannot be had with a seed, and have a library context of their own anyway.
    let seeds: [UInt64?] = AlgorithmsTrait.current == .all ? [nil, 7, 8] : [nil, nil]
    for seed in seeds {
      let session = try Reunion(settings, seed: seed).session()
      #expect(session.bytes == session.bytes && session.serverName == "localhost")
      for other in seeds {
        let pair = try Reunion(settings, seed: other).meet(resuming: session)
        #expect(pair.isResumed)
        let server = pair.client.engine.negotiated?.peerCertificates.first
        #expect(server?.der == Settings.localhost.certificate)
      }
    }
  }

  @Test(arguments: versions)
  func `so does one that came with a resumption`(version: ProtocolVersion) throws {
    let keys = TicketKeys(try .random())
    let settings = Settings(version).telling.changed { $0.server.ticketKeys = keys }
    var session: TLSSession?
    let seeds: [UInt64?] = AlgorithmsTrait.current == .all ? [1, 2, nil, 3, 4, nil] : [nil, nil]
    for seed in seeds {
      let pair = try Reunion(settings, seed: seed).meet(resuming: session)
      #expect(pair.isResumed == (session != nil))
      let newest = try #require(pair.sessions.last)
      session = newest
      // Where the key is an older one, TLS 1.2 gives a new ticket.
      try keys.rotate(to: .random(), keeping: 1)
    }
  }

  @Test(arguments: versions)
  func `threads resume with it at the same time`(version: ProtocolVersion) async throws {
    let reunion = try Reunion(
      Settings(version).mutual.telling.changed {
        $0.server.ticketFormat = .stateless
      })
    let session = try reunion.session()
    let bytes = session.bytes
    let answers = try await onThreads(16) { _ in
      let isResumed = try reunion.meet(resuming: session).isResumed
      return isResumed && session.bytes == bytes && session.hashValue == session.hashValue
    }
    #expect(!answers.contains(false))
  }

  @Test(arguments: versions)
  func `of the server's certificates it resumes with the first`(version: ProtocolVersion) throws {
    let middle = try Settings.authority.issue(.authority, "Middle")
    let leaf = try middle.issue(.server, names: [.dns("localhost")])
    let settings = Settings(version).telling.changed { $0.server.identities = [leaf.identity] }
    let reunion = try Reunion(settings)
    let first = try reunion.meet()
    #expect(first.client.engine.negotiated?.peerCertificates.map(\.der) == leaf.chain)
    let session = try #require(first.sessions.last)
    for session in [session, try TLSSession(bytes: session.bytes)] {
      let pair = try reunion.meet(resuming: session)
      #expect(pair.isResumed)
      #expect(pair.client.engine.negotiated?.peerCertificates.map(\.der) == [leaf.certificate])
    }
  }

  @Test func `sessions are the same if their bytes are`() throws {
    let reunion = try Reunion(Settings().telling)
    let (one, other) = (try reunion.session(), try reunion.session())
    #expect(one != other && Set([one, other, one]).count == 2)
    let copy = try TLSSession(bytes: one.bytes)
    #expect(copy == one && copy.hashValue == one.hashValue)
    let later = try one.later(by: 1)
    #expect(later != one && later.hashValue == one.hashValue)
  }
}
