import MemoryTLS
import MemoryTLSTesting
import Testing

/// `passageObserver`.
@Suite struct PassageTests {
  /// What an observer saw, each way.
  private final class Seen {
    private(set) var bytes: [TLSEngine.Passage: [UInt8]] = [:]
    private(set) var calls = 0

    func watch(_ engine: TLSEngine) {
      engine.passageObserver = { passage, span in
        self.calls += 1
        self.bytes[passage, default: []] += [UInt8](copying: span)
      }
    }
  }

  @Test(arguments: versions, [Wire.whole, .bytes(1), .seeded(7)])
  func `what goes into one end and out of the other is the same`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    var settings = try PairSettings()
    settings.client.versions = version...version
    let engines = (
      try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))),
      try TLSEngine(TLSContext(settings.server), as: .server)
    )
    let (client, server) = (Seen(), Seen())
    client.watch(engines.0)
    server.watch(engines.1)
    let pair = EnginePair(client: engines.0, server: engines.1, wire: wire)
    try pair.settle()
    pair.client.send(Array("ping".utf8))
    pair.server.send(Array("a longer answer".utf8))
    try pair.expectClose()
    let sent = pair.log.flights.filter { $0.direction == .clientToServer }.flatMap(\.bytes)
    #expect(client.bytes[.pulled] == sent && server.bytes[.pushed] == sent)
    #expect(server.bytes[.pulled] == client.bytes[.pushed])
    #expect(client.bytes[.written] == Array("ping".utf8))
    #expect(server.bytes[.read] == Array("ping".utf8))
    #expect(server.bytes[.written] == Array("a longer answer".utf8))
    #expect(client.bytes[.read] == Array("a longer answer".utf8))
  }

  @Test func `early data is written and read like other data`() throws {
    var settings = try PairSettings()
    settings.client.earlyData = .upTo(100)
    settings.server.earlyData = .upTo(100)
    let pair = try settings.secondPair()
    let (client, server) = (Seen(), Seen())
    client.watch(pair.client.engine)
    server.watch(pair.server.engine)
    #expect(try pair.client.engine.writeEarly(Array("early".utf8)) == .moved(5))
    try pair.settle()
    #expect(try pair.server.engine.readEarly().bytes == Array("early".utf8))
    #expect(client.bytes[.written] == Array("early".utf8))
    #expect(server.bytes[.read] == Array("early".utf8))
  }

  @Test func `lent memory is seen as far as it was used`() throws {
    struct Refusal: Error {}
    let engine = try TLSEngine(
      TLSContext(PairSettings().client), as: .client(.name("localhost")))
    let seen = Seen()
    seen.watch(engine)
    _ = try engine.step()
    engine.withPendingCiphertext { _ in 3 }
    #expect(throws: Refusal.self) {
      try engine.withPendingCiphertext { _ throws(Refusal) in throw Refusal() }
    }
    #expect(throws: Refusal.self) {
      try engine.withFreeSpace { out throws(Refusal) in
        out.append(22)
        throw Refusal()
      }
    }
    #expect(seen.bytes[.pulled] == [22, 3, 1] && seen.bytes[.pushed] == [22])
  }

  @Test func `a call that moves nothing is not seen`() throws {
    let engine = try TLSEngine(
      TLSContext(PairSettings().client), as: .client(.name("localhost")))
    let seen = Seen()
    seen.watch(engine)
    #expect(try engine.pull() == [] && engine.push([]) == 0)
    engine.withFreeSpace { _ in }
    engine.withPendingCiphertext { _ in 0 }
    #expect(throws: TLSError.self) { try engine.read() }
    #expect(throws: TLSError.self) { try engine.write([1]) }
    #expect(seen.calls == 0)
  }

  @Test func `an engine that is called from its observer answers that, and goes on`() throws {
    let settings = try PairSettings()
    let pair = try settings.pair()
    let engine = pair.client.engine
    let codes = Codes()
    let other = engine.passageObserver
    engine.passageObserver = { [unowned engine] passage, bytes in
      other?(passage, bytes)
      do throws(TLSError) { _ = try engine.step() } catch { codes.all.append(error.code) }
      codes.pulled += engine.pull().count
    }
    try pair.settle()
    #expect(!codes.all.isEmpty && codes.all.allSatisfy { $0 == .reentered })
    #expect(codes.pulled == 0 && engine.phase == .open)
  }

  private final class Codes {
    var all: [TLSError.Code] = []
    var pulled = 0
  }
}
