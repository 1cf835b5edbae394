import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// The engine's contract, an invariant a test: 8 to 14.
@Suite struct LaterInvariantTests {
  @Test(arguments: versions)
  func `8. re-entering the engine from its observer is a fault that changes nothing`(
    version: ProtocolVersion
  ) throws {
    let (settings, gate) = (Settings(version), Gate())
    let client = try TLSEngine(
      TLSContext(settings.client), as: .client(.name("localhost")), observing: gate.observer)
    let server = Puppet(try TLSEngine(TLSContext(settings.server), as: .server))
    let puppet = Puppet(client)
    // The engine holds its observer, and that the engine.
    defer { gate.whenOpened = {} }
    gate.whenOpened = {
      #expect(throws: TLSError.misuse(.reentered, .handshake)) { try client.step() }
      #expect(throws: TLSError.misuse(.reentered, .handshake)) { try client.read() }
      #expect(throws: TLSError.misuse(.reentered, .handshake)) { try client.write([1]) }
      #expect(throws: TLSError.misuse(.reentered, .handshake)) { try client.push([1]) }
      #expect(throws: TLSError.misuse(.reentered, .handshake)) { try client.close() }
      client.endOfInput()
      #expect(client.pull().isEmpty)
      client.withFreeSpace { #expect($0.freeCapacity == 0) }
      client.withPendingCiphertext { span in
        #expect(span.count == 0)
        return 0
      }
    }
    for _ in 0..<10 {
      puppet.run()
      server.take(puppet.news())
      puppet.take(server.news())
    }
    #expect(gate.passages > 3)
    #expect(client.phase == .open && server.engine.phase == .open)
  }

  @Test(arguments: versions)
  func `8. an observer may use other engines, even while this one fails`(
    version: ProtocolVersion
  ) throws {
    let (settings, gate) = (Settings(version), Gate())
    let context = try TLSContext(settings.server)
    let engine = try TLSEngine(context, as: .server, observing: gate.observer)
    let impossible = settings.changed { $0.server.groups = [] }.server
    gate.whenOpened = {
      let other = try? TLSEngine(context, as: .server)
      #expect(throws: Never.self) { try other?.step() }
      #expect(throws: TLSError.self) { try TLSContext(impossible) }
    }
    let puppet = Puppet(engine)
    let client = try Puppets(settings).client
    client.run()
    puppet.take(client.news() + badRecord)
    #expect(puppet.error?.code == .protocolFailure)
    #expect(puppet.error?.fault == .peer)
    #expect(puppet.error?.alert?.origin == .sent)
    #expect(puppet.error?.stack.isEmpty == false)
    #expect(ERR_peek_error() == 0)
  }

  @Test(arguments: versions)
  func `9. the rings are the only buffers, and events are counted when they overflow`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Settings(version).capacity(600).open()
    #expect(puppets.server.push(text(100_000)[...]) == 600)
    try fill(puppets.client.engine, text(100_000))
    #expect(puppets.client.engine.pendingCiphertext <= 600)
    var events = EventQueue()
    for _ in 0..<1000 { events.append(.alert(.noRenegotiation, .received)) }
    var count = 0
    while case .alert = events.next() { count += 1 }
    #expect(count == EventQueue.capacity)
  }

  @Test(arguments: versions, bothRoles)
  func `9. the outbox of a failed engine is bounded`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let capacity = 2048
    let puppets = try Settings(version).capacity(capacity).open()
    let puppet = puppets[isServer]
    try fill(puppet.engine, [7])
    puppet.push(badRecord[...])
    puppet.move()
    #expect(puppet.error != nil)
    #expect(puppet.engine.pendingCiphertext <= capacity + 4096 + 64)
  }

  @Test(arguments: versions, bothRoles)
  func `10. nothing reachable from the network can trap`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let settings = Settings(version).mutual
    let contexts = try (TLSContext(settings.client), TLSContext(settings.server))
    var noise = Noise(seed: 42)
    for _ in 0..<150 {
      let puppets = try Puppets(contexts.0, contexts.1)
      puppets.client.run()
      if isServer { puppets.client.take([]) } else { puppets.server.take(puppets.client.news()) }
      var bytes = isServer ? puppets.client.sent : puppets.server.sent
      for _ in 0..<3 { bytes[noise.next(below: bytes.count)] = noise.byte() }
      puppets[isServer].take(bytes)
      puppets[isServer].take(noise.bytes(200))
      puppets[isServer].engine.endOfInput()
      puppets[isServer].move()
      #expect(puppets[isServer].error != nil)
    }
  }

  @Test(arguments: versions, wires)
  func `11. data that rides with the peer's Finished is readable at once after done`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let puppets = try Puppets(Settings(version))
    let (last, first) = (puppets[version == .tls12], puppets[version == .tls13])
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    puppets.client.take(puppets.server.news())
    if version == .tls12 { puppets.server.take(puppets.client.news()) }
    #expect(try last.engine.step() == .done)
    try last.write(text(10))
    for piece in cut(last.news(), as: wire) {
      first.push(piece)
      if case .bytes = wire { _ = try first.engine.step() }
    }
    #expect(try first.engine.step() == .done)
    #expect(try first.engine.read().bytes == text(10))
  }

  @Test(arguments: versions, wires)
  func `12. after close the engine still reads until the peer's close_notify`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Settings(version).pair(wire)
    try pair.settle()
    pair.client.close()
    try pair.settle()
    #expect(pair.server.hasEnded && !pair.client.hasEnded)
    pair.server.send(text(40_000))
    pair.server.close()
    try pair.settle()
    #expect(pair.client.received == text(40_000))
    #expect(pair.client.hasEnded)
  }

  @Test func `12. key updates and tickets that come after close do no harm`() throws {
    let puppets = try Settings(.tls13).open()
    #expect(try puppets.client.engine.close() == .done)
    for _ in 0..<3 {
      _ = try puppets.server.engine.updateKeys()
      try puppets.server.write(text(10))
    }
    puppets.exchange()
    #expect(puppets.client.received.count == 30 && puppets.client.error == nil)
    #expect(try puppets.server.engine.close() == .done)
    puppets.exchange()
    #expect(puppets.client.hasEnded && puppets.server.hasEnded)
  }

  @Test(arguments: versions, bothRoles)
  func `12. close before done aborts and sends nothing`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Puppets(Settings(version))
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    let engine = puppets[isServer].engine
    #expect(try engine.close() == .done)
    #expect(try engine.close() == .done)
    #expect(engine.pendingCiphertext == 0)
    #expect(throws: TLSError.aborted) { try engine.step() }
    #expect(throws: TLSError.aborted) { try engine.push([1]) }
    #expect(throws: TLSError.aborted) { try engine.read() }
    #expect(throws: TLSError.aborted) { try engine.write([1]) }
    #expect(engine.terminalError?.fault == .caller)
  }

  @Test(arguments: EngineState.allCases, bothRoles)
  func `13. an engine freed in any state leaks nothing`(state: EngineState, isServer: Bool) throws {
    let tally = Tally()
    do {
      let engine = try state.engine(isServer: isServer, observing: tally.observer())
      tally.count(engine)
      #expect(tally.freed == 0)
    }
    #expect(tally.freed == tally.counted)
    #expect(tally.counted == 4)
  }

  @Test(arguments: versions, bothRoles)
  func `14. a full span and an empty one move 0 without calling OpenSSL`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let engine = puppets[isServer].engine
    try puppets[!isServer].write(text(10))
    puppets[isServer].push(puppets[!isServer].news()[...])
    COpenSSL_ERR_raise(ERR_LIB_SSL, SSL_R_BAD_LENGTH)
    #expect(try engine.read(upTo: 0).transfer == .moved(0))
    #expect(try engine.write([]) == .moved(0))
    #expect(ERR_peek_error() != 0)
    ERR_clear_error()
    #expect(engine.pendingCiphertext == 0)
    #expect(try engine.read().bytes == text(10))
  }
}
