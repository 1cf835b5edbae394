import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Two contexts whose engines meet more than once.
struct Reunion {
  var client: TLSContext
  var server: TLSContext

  init(
    _ settings: Settings, seed: UInt64? = nil, clock: TLSClock = .system
  ) throws(TLSError) {
    func context(_ configuration: TLSConfiguration, _ seed: UInt64?) throws(TLSError) -> TLSContext
    {
      try TLSContext(configuration, entropy: seed.map { .seeded($0) } ?? .system, clock: clock)
    }
    client = try context(settings.client, seed)
    server = try context(settings.server, seed.map { ~$0 })
  }

  /// A connection on which both have said something.
  func meet(
    resuming session: TLSSession? = nil, as identity: ServerIdentity = .name("localhost"),
    _ wire: Wire = .whole
  ) throws -> EnginePair {
    let pair = EnginePair(
      client: try TLSEngine(client, as: .client(identity), resuming: session),
      server: try TLSEngine(server, as: .server), wire: wire)
    try pair.settle()
    pair.server.send(text(10))
    pair.client.send(text(20))
    try pair.settle()
    #expect(pair.client.received == text(10) && pair.server.received == text(20))
    #expect(pair.client.engine.negotiated?.resumed == pair.server.engine.negotiated?.resumed)
    return pair
  }

  /// The session of a full handshake.
  func session(as identity: ServerIdentity = .name("localhost")) throws -> TLSSession {
    let pair = try meet(as: identity)
    #expect(!pair.isResumed)
    let session = try #require(pair.sessions.last)
    try pair.finish()
    return session
  }
}

extension Settings {
  /// With the client's sessions told of.
  var telling: Settings { changed { $0.client.sessionDelivery = .events } }
}

extension EnginePair {
  /// Closes both ends, as a session that is to be resumed needs it.
  func finish() throws {
    client.close()
    server.close()
    try settle()
  }

  var isResumed: Bool { client.engine.negotiated?.resumed == true }

  /// What the client was told of since this was last asked.
  var sessions: [TLSSession] {
    var sessions: [TLSSession] = []
    while let event = client.engine.nextEvent() {
      if case .session(let session) = event { sessions.append(session) }
    }
    return sessions
  }
}

extension TLSSession {
  /// The ticket inside.
  var ticket: [UInt8] {
    guard let handle = try? SessionHandle(der: bytes) else { return [] }
    var start: UnsafePointer<UInt8>?
    var count = 0
    SSL_SESSION_get0_ticket(handle.pointer, &start, &count)
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// The same, received so many seconds later.
  func later(by seconds: Int64) throws -> TLSSession {
    let handle = try SessionHandle(der: bytes)
    SSL_SESSION_set_time(handle.pointer, CLong(issuedAt + seconds))
    return try #require(TLSSession(handle))
  }

  /// The same with one byte of the ticket flipped.
  func withSpoiltTicket(at index: Int) throws -> TLSSession {
    let start = try #require(bytes.firstRange(of: ticket)).lowerBound
    var spoilt = bytes
    spoilt[start + index] ^= 0x55
    return try TLSSession(bytes: spoilt)
  }
}
