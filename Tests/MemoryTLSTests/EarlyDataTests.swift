@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Data before the handshake is done: what is accepted, and what the ends say to each other.
@Suite(.withAllAndNeededAlgorithms) struct EarlyDataTests {
  @Test(arguments: wires)
  func `early data arrives, and is told of as accepted`(wire: Wire) throws {
    let early = try EarlyMeeting()
    let pair = try early.pair(wire)
    #expect(pair.client.engine.earlyDataRoom == 16384)
    for piece in [text(10), text(3000), text(1)] {
      #expect(try pair.client.engine.writeEarly(piece) == .moved(piece.count))
    }
    #expect(pair.client.engine.earlyData == nil)
    pair.client.send(text(50))
    try pair.settle()
    let accepted = EarlyDataOutcome(verdict: .accepted, bytes: 3011)
    #expect(pair.client.engine.earlyData == accepted && pair.server.engine.earlyData == accepted)
    #expect(try readAllEarly(pair.server.engine) == text(10) + text(3000) + text(1))
    #expect(pair.server.received == text(50))
    #expect(pair.isResumed)
  }

  @Test func `a server reads and answers before the client has finished`() throws {
    let puppets = try EarlyMeeting().puppets()
    let (client, server) = (puppets.client, puppets.server)
    #expect(try client.engine.writeEarly(text(100)) == .moved(100))
    client.pull()
    #expect(try server.engine.readEarly().transfer == .needs(.push(atLeast: 5)))
    server.push(client.news()[...])
    let (bytes, transfer) = try server.engine.readEarly()
    #expect(bytes == text(100) && transfer == .moved(100))
    #expect(server.engine.earlyData == EarlyDataOutcome(verdict: .accepted, bytes: 100))
    #expect(try server.engine.readEarly().transfer == .needs(.pull))
    #expect(try server.engine.writeEarly(text(200)) == .moved(200))
    #expect(server.engine.phase == .handshake)
    server.pull()
    client.take(server.news())
    #expect(client.engine.phase == .open && client.received == text(200))
    #expect(client.engine.earlyData == EarlyDataOutcome(verdict: .accepted, bytes: 100))
    server.take(client.news())
    #expect(server.engine.phase == .open)
    #expect(try server.engine.readEarly().transfer == .ended)
    try puppets.client.write(text(30))
    server.take(client.news())
    #expect(server.received == text(30))
  }

  @Test func `a server answers early to a client that sent nothing early`() throws {
    let puppets = try EarlyMeeting().puppets()
    #expect(try puppets.server.engine.writeEarly(text(9)) == .needs(.push(atLeast: 5)))
    puppets.client.run()
    puppets.server.push(puppets.client.news()[...])
    #expect(try puppets.server.engine.writeEarly(text(9)) == .moved(9))
    #expect(puppets.server.engine.phase == .handshake)
    puppets.server.pull()
    puppets.client.take(puppets.server.news())
    puppets.server.take(puppets.client.news())
    #expect(puppets.client.received == text(9) && puppets.server.engine.phase == .open)
    #expect(puppets.client.engine.earlyData == nil && puppets.server.engine.earlyData == nil)
    #expect(try puppets.server.engine.readEarly().transfer == .ended)
  }

  @Test(
    arguments: [512, 600, 4096], [RecordPadding.none, .toMultiple(of: 100), .toMultiple(of: 400)])
  func `small rings carry early data piece by piece`(
    capacity: Int, padding: RecordPadding
  ) throws {
    // Early data is not the handshake's.
    var early = try EarlyMeeting { $0.server.limits.handshakeBytes = 4000 }
    early.reunion = try Reunion(
      early.settings.capacity(capacity).changed { $0.client.recordPadding = padding })
    let puppets = try early.puppets()
    var rest = text(9000)[...]
    var needs = 0
    for _ in 0..<1000 where !rest.isEmpty {
      switch try puppets.client.engine.writeEarly(rest.span) {
      case .moved(let count): rest.removeFirst(count)
      case .needs(let need):
        #expect(need == .pull)
        needs += 1
        puppets.client.pull(upTo: 100)
      case .ended: Issue.record("ended")
      }
    }
    #expect(rest.isEmpty && needs > 0)
    puppets.exchange()
    #expect(try readAllEarly(puppets.server.engine) == text(9000))
    #expect(puppets.client.engine.earlyData?.verdict == .accepted)
  }

  @Test func `a ClientHello that the ring has no room for is finished by step()`() throws {
    var early = try EarlyMeeting()
    early.reunion = try Reunion(
      early.settings.capacity(512).changed {
        $0.client.applicationProtocols = [
          String(repeating: "x", count: 255), String(repeating: "y", count: 255),
        ]
      })
    let puppets = try early.puppets()
    #expect(try puppets.client.engine.writeEarly(text(10)) == .needs(.pull))
    puppets.exchange()
    #expect(puppets.client.engine.phase == .open && puppets.server.engine.phase == .open)
    #expect(puppets.client.engine.earlyData == EarlyDataOutcome(verdict: .accepted, bytes: 0))
    #expect(try readAllEarly(puppets.server.engine) == [])
  }

  @Test func `it is off unless asked for`() throws {
    #expect(TLSConfiguration().earlyData == .none)
    let plain = try Reunion(Settings(.tls13).telling)
    let session = try plain.session()
    #expect(session.largestEarlyData == 0)
    let pair = EnginePair(
      client: try TLSEngine(plain.client, as: .client(.name("localhost")), resuming: session),
      server: try TLSEngine(plain.server, as: .server))
    for engine in [pair.client.engine, pair.server.engine] {
      #expect(engine.earlyDataRoom == 0)
      #expect(throws: TLSError.unavailable("", .handshake)) { try engine.writeEarly([1]) }
      #expect(throws: TLSError.unavailable("", .handshake)) { try engine.readEarly() }
      #expect(engine.terminalError == nil)
    }
    try pair.settle()
    #expect(pair.isResumed)
  }

  @Test func `a client that did not ask for it writes none, though its session would allow it`()
    throws
  {
    let early = try EarlyMeeting()
    #expect(early.session.largestEarlyData == 16384)
    let plain = try TLSContext(early.settings.changed { $0.client.earlyData = .none }.client)
    let engine = try TLSEngine(plain, as: .client(.name("localhost")), resuming: early.session)
    #expect(engine.earlyDataRoom == 0)
  }

  @Test func `a name in other letters is the same name`() throws {
    let early = try EarlyMeeting()
    let pair = EnginePair(
      client: try TLSEngine(
        early.reunion.client, as: .client(.name("LocalHost")), resuming: early.session),
      server: try TLSEngine(early.reunion.server, as: .server))
    #expect(try pair.client.engine.writeEarly(text(10)) == .moved(10))
    try pair.settle()
    #expect(pair.client.engine.earlyData?.verdict == .accepted)
  }

  @Test func `it is over with the first step and with the handshake`() throws {
    let early = try EarlyMeeting()
    let pair = try early.pair()
    _ = try pair.client.engine.step()
    #expect(pair.client.engine.earlyDataRoom == 0)
    #expect(throws: TLSError.unavailable("", .handshake)) {
      try pair.client.engine.writeEarly([1])
    }
    try pair.settle()
    for engine in [pair.client.engine, pair.server.engine] {
      #expect(throws: TLSError.unavailable("", .open)) { try engine.writeEarly([1]) }
      #expect(engine.terminalError == nil && engine.earlyData == nil)
    }
  }

  @Test func `no more is written than both ends allow`() throws {
    var early = try EarlyMeeting()
    early.reunion.client = try TLSContext(
      early.settings.changed { $0.client.earlyData = .upTo(100) }.client)
    let pair = try early.pair()
    #expect(pair.client.engine.earlyDataRoom == 100)
    #expect(try pair.client.engine.writeEarly(text(60)) == .moved(60))
    #expect(try pair.client.engine.writeEarly(text(60)) == .moved(40))
    #expect(throws: TLSError.unavailable("", .handshake)) {
      try pair.client.engine.writeEarly([1])
    }
    try pair.settle()
    #expect(pair.client.engine.earlyData == EarlyDataOutcome(verdict: .accepted, bytes: 100))
  }

  @Test func `limits and tickets that cannot be are refused`() throws {
    for bytes in [0, -1, (1 << 20) + 1] {
      expectRefused { $0.earlyData = .upTo(bytes) }
    }
    let keys = TicketKeys(try .random())
    expectRefused { ($0.earlyData, $0.ticketKeys) = (.upTo(1), keys) }
    expectRefused { ($0.earlyData, $0.ticketFormat) = (.upTo(1), .stateless) }
  }

  private func expectRefused(_ change: (inout TLSConfiguration) -> Void) {
    let error = #expect(throws: TLSError.self) {
      try TLSContext(Settings(.tls13).changed { change(&$0.server) }.server)
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("early data") == true)
  }
}

/// Contexts that take early data, and a session for it.
struct EarlyMeeting {
  let settings: Settings
  var reunion: Reunion
  let session: TLSSession

  init(_ change: (inout Settings) -> Void = { _ in }) throws {
    let store = SessionStore()
    settings = Settings(.tls13).telling.changed {
      $0.client.earlyData = .upTo(16384)
      $0.server.earlyData = .upTo(16384)
      $0.server.sessionStore = store
      change(&$0)
    }
    reunion = try Reunion(settings)
    session = try reunion.session()
  }

  func pair(_ wire: Wire = .whole) throws -> EnginePair {
    let puppets = try puppets()
    return EnginePair(client: puppets.client.engine, server: puppets.server.engine, wire: wire)
  }

  func puppets(resuming other: TLSSession? = nil) throws -> Puppets {
    Puppets(
      client: Puppet(
        try TLSEngine(
          reunion.client, as: .client(.name("localhost")), resuming: other ?? session)),
      server: Puppet(try TLSEngine(reunion.server, as: .server)))
  }
}

/// Everything that a server can still read early.
func readAllEarly(_ engine: TLSEngine) throws -> [UInt8] {
  var all: [UInt8] = []
  while case (let bytes, .moved(_)) = try engine.readEarly() { all += bytes }
  return all
}
