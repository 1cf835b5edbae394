@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Sessions of handshakes that wait for the caller.
@Suite(.withAllAndNeededAlgorithms) struct SessionDecisionTests {
  @Test(arguments: versions, [TicketFormat.stateless, .stateful])
  func `a client is resumed once it was accepted`(
    version: ProtocolVersion, format: TicketFormat
  ) throws {
    let store = SessionStore()
    let pair = try pair(version, format, store) { _, engine throws(TLSError) in
      #expect(store.count == 0)
      try engine.accept()
    }
    try pair.settle()
    pair.server.send(text(1))
    try pair.settle()
    let session = try #require(pair.sessions.last)
    #expect(store.count == (format == .stateful ? 1 : 0))
    let again = EnginePair(
      client: try TLSEngine(
        pair.client.engine.context, as: .client(.name("localhost")), resuming: session),
      server: try TLSEngine(pair.server.engine.context, as: .server))
    try again.settle()
    #expect(again.isResumed)
    #expect(again.server.engine.negotiated?.peerCertificates.count == 1)
  }

  @Test(arguments: versions, [TicketFormat.stateless, .stateful])
  func `a refused client has nothing to resume`(
    version: ProtocolVersion, format: TicketFormat
  ) throws {
    let store = SessionStore()
    let pair = try pair(version, format, store) { _, engine throws(TLSError) in
      try engine.refuse(.accessDenied)
    }
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.sessions.isEmpty)
    #expect(store.count == 0)
    #expect(pair.client.error?.code == .alertReceived)
  }

  @Test(arguments: versions)
  func `another context's keys and store serve those whom it answers`(
    version: ProtocolVersion
  ) throws {
    let store = SessionStore()
    let settings = Settings(version).telling.changed { $0.server.sessionStore = store }
    let chosen = try TLSContext(settings.server)
    let first = try TLSContext(
      Settings(version).changed { $0.server.decisions = .clientHello }.server)
    let reunion = try Reunion(settings)
    let session = try reunion.session()
    let pair = EnginePair(
      client: try TLSEngine(reunion.client, as: .client(.name("localhost")), resuming: session),
      server: try TLSEngine(first, as: .server))
    pair.server.decider = { _, engine throws(TLSError) in try engine.proceed(with: chosen) }
    try pair.settle()
    #expect(pair.isResumed)
  }

  private func pair(
    _ version: ProtocolVersion, _ format: TicketFormat, _ store: SessionStore,
    _ decider: @escaping (Decision, TLSEngine) throws(TLSError) -> Void
  ) throws -> EnginePair {
    let settings = Settings(version).mutual.telling.changed {
      $0.server.decisions = .peerCertificate
      $0.server.ticketFormat = format
      $0.server.sessionStore = store
    }
    let pair = try settings.pair()
    pair.server.decider = decider
    return pair
  }
}
