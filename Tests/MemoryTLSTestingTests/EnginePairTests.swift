import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct EnginePairTests {
  private let settings: PairSettings

  init() throws { settings = try PairSettings() }

  private func pair(_ wire: Wire = .whole) throws -> EnginePair {
    var settings = settings
    settings.wire = wire
    return try settings.pair()
  }

  @Test(arguments: [Wire.whole, .bytes(1), .bytes(100), .seeded(1), .seeded(2)])
  func `a pair settles on every wire`(wire: Wire) throws {
    let pair = try pair(wire)
    pair.client.send([1, 2, 3])
    pair.server.send([4, 5])
    pair.client.send([6])
    pair.client.close()
    try pair.settle()
    #expect(pair.server.received == [1, 2, 3, 6] && pair.client.received == [4, 5])
    #expect(pair.server.hasEnded && !pair.client.hasEnded)
    pair.server.close()
    try pair.settle()
    #expect(pair.client.hasEnded)
    #expect(pair.client.error == nil && pair.server.error == nil)
    #expect(pair.client.steps > 0 && pair.server.steps > 0)
    try pair.settle(limit: 1)
  }

  @Test func `a stall is an error at once, with both ends' states`() throws {
    let pair = try pair()
    _ = try pair.client.engine.step()
    _ = pair.client.engine.pull()
    let failure = #expect(throws: PairFailure.self) { try pair.settle(limit: 2) }
    #expect(failure?.reason == .stalled)
    #expect(failure?.client == nil && failure?.server == nil)
    #expect(failure?.states.count == 2)
    let text = failure.map { "\($0)" } ?? ""
    #expect(text.contains("both engines wait and nothing is pending"))
    #expect(text.contains("client: ") && text.contains("server: ") && text.contains("5 wanted"))
  }

  @Test func `a limit that is too small is an error`() throws {
    let failure = #expect(throws: PairFailure.self) { try pair(.bytes(1)).settle(limit: 1) }
    #expect(failure?.reason == .limit(1))
    #expect(failure?.description.contains(": not settled after 1 turns\n") == true)
    let none = #expect(throws: PairFailure.self) { try pair().settle(limit: 0) }
    #expect(none?.reason == .limit(0))
  }

  @Test func `a failure carries what each engine threw`() throws {
    var settings = settings
    settings.client.trust = try TestIdentity.authority("Other CA").trust
    let pair = try settings.pair()
    let failure = #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(failure?.reason == .failed)
    #expect(failure?.client?.code == .verificationFailed)
    #expect(failure?.server?.code == .alertReceived)
    #expect(failure?.client == pair.client.error && failure?.server == pair.server.error)
    #expect(failure?.summary.hasPrefix("the client failed: peer's certificate not ") == true)
    #expect(failure?.description.contains(": \(failure?.summary ?? "-")\nclient: failed: ") == true)
    #expect(throws: PairFailure.self) { try pair.settle() }
  }

  @Test func `sending after the close is the sender's fault`() throws {
    let pair = try pair()
    pair.client.close()
    try pair.settle()
    pair.client.send([1])
    let failure = #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(failure?.client?.code == .writeAfterClose)
    #expect(failure?.client?.fault == .caller)
  }

  @Test func `the log has every byte in flights that take turns, with their messages`() throws {
    let pair = try pair(.bytes(7))
    try pair.settle()
    let flights = pair.log.flights
    #expect(flights.first?.direction == .clientToServer)
    #expect(flights.first?.messages == ["ClientHello"])
    #expect(zip(flights, flights.dropFirst()).allSatisfy { $0.direction != $1.direction })
    #expect(flights.allSatisfy { Record.split($0.bytes).rest == 0 && !$0.bytes.isEmpty })
    let messages = flights.flatMap(\.messages)
    #expect(messages.contains("ServerHello"))
    #expect(messages.filter { $0 == "Finished" }.count == 2)
    pair.client.close()
    try pair.settle()
    #expect(pair.log.flights.last?.messages.last == "alert close_notify")
  }

  @Test func `engines of one's own have a log without messages`() throws {
    let pair = EnginePair(
      client: try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))),
      server: try TLSEngine(TLSContext(settings.server), as: .server), wire: .bytes(50))
    try pair.settle()
    #expect(pair.log.flights.count >= 3)
    #expect(pair.log.flights.allSatisfy { $0.messages.isEmpty })
  }

  @Test func `an impossible role or configuration is refused`() throws {
    let (client, server) = (settings.client, settings.server)
    #expect(throws: TLSError.self) { try EnginePair(client: client, server: client) }
    #expect(throws: TLSError.self) {
      try EnginePair(client: client, expecting: .name(""), server: server)
    }
    var impossible = TLSConfiguration()
    impossible.groups = []
    #expect(throws: TLSError.self) { try EnginePair(client: impossible, server: impossible) }
  }

  @Test func `a step says whether anything moved`() throws {
    let pair = try pair()
    #expect(pair.step())
    try pair.settle()
    #expect(!pair.step())
    pair.server.send([1])
    #expect(pair.step())
  }
}
