import COpenSSL
@testable import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// The engine's contract, an invariant a test: 1 to 7. The rest is in `LaterInvariantTests`.
@Suite struct InvariantTests {
  @Test(arguments: versions, wires)
  func `1. blocked is a value, and nothing is thrown for "try later"`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Settings(version).mutual.capacity(512).pair(wire)
    #expect(try pair.server.engine.step() == .needs(.push(atLeast: 5)))
    try pair.settle()
    #expect(try pair.client.engine.read().transfer == .needs(.push(atLeast: 5)))
    try fill(pair.client.engine, text(600))
    #expect(try pair.client.engine.write(text(600)) == .needs(.pull))
    #expect(try pair.client.engine.close() == .needs(.pull))
    #expect(pair.client.engine.phase == .open)
    try pair.settle()
    #expect(!pair.server.received.isEmpty)
  }

  @Test(arguments: versions, bothRoles)
  func `2. the first terminal result is latched`(version: ProtocolVersion, isServer: Bool) throws {
    let puppets = try Settings(version).open()
    let puppet = puppets[isServer]
    puppet.take(badRecord)
    #expect(puppet.error?.code == .protocolFailure)
    try expectLatched(puppet.engine, puppet.error)
    puppet.engine.endOfInput()
    try expectLatched(puppet.engine, puppet.error)
  }

  @Test(arguments: versions, wires)
  func `2. faults of the caller never latch and change nothing`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Settings(version).pair(wire)
    for engine in [pair.client.engine, pair.server.engine] {
      #expect(throws: TLSError.misuse(.handshakeIncomplete, .handshake)) { try engine.read() }
      #expect(throws: TLSError.misuse(.handshakeIncomplete, .handshake)) { try engine.write([1]) }
      #expect(engine.terminalError == nil && engine.pendingCiphertext == 0)
    }
    try pair.settle()
    pair.client.close()
    try pair.settle()
    #expect(throws: TLSError.misuse(.writeAfterClose, .closing)) {
      try pair.client.engine.write([1])
    }
    pair.server.send(text(100))
    try pair.settle()
    #expect(pair.client.received == text(100))
    #expect(pair.server.hasEnded)
  }

  @Test(arguments: versions)
  func `2. pushing after the end of input changes nothing`(version: ProtocolVersion) throws {
    let puppets = try Settings(version).open()
    try puppets.server.write(text(10))
    puppets.server.engine.endOfInput()
    #expect(throws: TLSError.misuse(.pushAfterEndOfInput, .open)) {
      try puppets.server.engine.push([1])
    }
    #expect(puppets.server.engine.terminalError == nil)
    #expect(try puppets.server.engine.write(text(10)) == .moved(10))
  }

  @Test(arguments: bothRoles)
  func `2. pulling, the questions, events and leftovers work in every state`(
    isServer: Bool
  ) throws {
    for state in EngineState.allCases {
      let engine = try state.engine(isServer: isServer)
      let terminal = engine.terminalError
      _ = (engine.pendingCiphertext, engine.ciphertextCapacity, engine.wantedCiphertext)
      _ = (engine.unreadCiphertext, engine.negotiated, engine.phase, engine.description)
      _ = engine.takeUnconsumedCiphertext()
      while engine.nextEvent() != nil {}
      let pending = engine.pendingCiphertext
      #expect(engine.pull().count == pending)
      #expect(engine.pendingCiphertext == 0)
      #expect(engine.terminalError == terminal)
    }
  }

  @Test(arguments: versions, [512, 513, 4096])
  func `3. push takes what fits and drops nothing`(version: ProtocolVersion, capacity: Int) throws {
    let puppets = try Settings(version).capacity(capacity).open()
    try puppets.client.write(text(10_000))
    let bytes = puppets.client.news()
    let server = puppets.server
    #expect(server.engine.ciphertextCapacity == capacity)
    #expect(server.push(bytes[...]) == capacity)
    #expect(server.engine.unreadCiphertext == capacity)
    #expect(server.engine.ciphertextCapacity == 0)
    #expect(server.push(bytes[capacity...]) == 0)
    server.move()
    server.take(bytes[capacity...])
    #expect(server.received == text(10_000))
  }

  @Test(arguments: versions)
  func `3. push works from construction on, before the first step`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Puppets(Settings(version))
    puppets.client.run()
    #expect(puppets.server.push(puppets.client.news()[...]) == puppets.client.sent.count)
    puppets.exchange()
    #expect(puppets.server.engine.phase == .open && puppets.client.engine.phase == .open)
  }

  @Test(arguments: versions, bothRoles)
  func `4. an alert reaches the caller whole though the ring is full`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).capacity(512).open()
    let (victim, peer) = (puppets[isServer], puppets[!isServer])
    try fill(victim.engine, [7])
    victim.push(badRecord[...])
    victim.move()
    victim.pull()
    #expect(victim.error?.alert?.origin == .sent)
    #expect(Record.split(victim.sent).rest == 0)
    peer.take(victim.news())
    #expect(peer.error?.code == .alertReceived)
    #expect(peer.error?.alert?.alert == victim.error?.alert?.alert)
  }

  @Test(arguments: versions)
  func `5. a stale entry on the thread's queue changes nothing`(version: ProtocolVersion) throws {
    let puppets = try Puppets(Settings(version))
    COpenSSL_ERR_raise(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING)
    #expect(try puppets.server.engine.step() == .needs(.push(atLeast: 5)))
    #expect(ERR_peek_error() == 0)
    puppets.exchange()
    COpenSSL_ERR_raise(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING)
    #expect(try puppets.server.engine.read().transfer == .needs(.push(atLeast: 5)))
    #expect(ERR_peek_error() == 0)
  }

  @Test(arguments: versions, bothRoles)
  func `6. close_notify is ended`(version: ProtocolVersion, isServer: Bool) throws {
    let puppets = try Settings(version).open()
    #expect(try puppets[!isServer].engine.close() == .done)
    puppets.exchange()
    puppets[isServer].engine.endOfInput()
    #expect(try puppets[isServer].engine.read().transfer == .ended)
    #expect(puppets[isServer].engine.terminalError == nil)
  }

  @Test(arguments: versions, bothRoles)
  func `6. an end without close_notify is truncated`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    try puppets[!isServer].write(text(100))
    puppets.exchange()
    puppets[isServer].engine.endOfInput()
    puppets[isServer].move()
    #expect(puppets[isServer].received == text(100))
    #expect(puppets[isServer].error?.code == .truncated)
    #expect(puppets[isServer].error?.phase == .open)
  }

  @Test(arguments: versions, bothRoles)
  func `6. a fault is neither of them`(version: ProtocolVersion, isServer: Bool) throws {
    let puppets = try Settings(version).open()
    let puppet = puppets[isServer]
    puppet.push(badRecord[...])
    puppet.engine.endOfInput()
    puppet.move()
    #expect(puppet.error?.code == .protocolFailure)
    #expect(puppet.error?.alert?.alert == .badRecordMAC)
  }

  @Test(arguments: versions, wires)
  func `7. bytes behind the peer's close_notify stay available`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let puppets = try Settings(version).open()
    _ = try puppets.client.engine.close()
    puppets.client.pull()
    let clear = Array("QUIT\r\n".utf8)
    #expect(puppets.server.engine.takeUnconsumedCiphertext().isEmpty)
    for piece in cut(puppets.client.news() + clear, as: wire) {
      puppets.server.push(piece)
      puppets.server.move()
    }
    #expect(puppets.server.hasEnded)
    #expect(puppets.server.engine.takeUnconsumedCiphertext() == clear)
    #expect(puppets.server.engine.takeUnconsumedCiphertext().isEmpty)
    #expect(try puppets.server.engine.push(clear) == clear.count)
    #expect(puppets.server.engine.takeUnconsumedCiphertext() == clear)
    #expect(try puppets.server.engine.write(text(5)) == .moved(5))
  }
}
