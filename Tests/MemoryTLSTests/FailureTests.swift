import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Every kind of failure: what each end says, and what travels.
@Suite struct FailureTests {
  @Test(arguments: FailureKind.all(.tls12) + FailureKind.all(.tls13), wires)
  func `a failed handshake leaves a whole alert that the peer reports`(
    kind: FailureKind, wire: Wire
  ) throws {
    let pair = try EnginePair(
      client: kind.settings.client, expecting: kind.identity, server: kind.settings.server,
      wire: wire)
    #expect(throws: PairFailure.self) { try pair.settle() }
    let (victim, peer) =
      kind.isAtServer ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(victim.error?.code == kind.code)
    #expect(victim.error?.fault == .peer)
    #expect(victim.error?.phase == .handshake)
    #expect(victim.error?.alert?.alert == kind.alert)
    #expect(victim.error?.alert?.origin == .sent)
    #expect(victim.error?.verification?.code == kind.verification)
    try expectAlertReceived(peer, kind.alert)
    try expectLatched(victim.engine, victim.error)
    #expect(pair.log.flights.allSatisfy { Record.split($0.bytes).rest == 0 })
  }

  @Test(arguments: versions, bothRoles)
  func `a corrupted record is told as bad_record_mac`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let (victim, peer) = (puppets[isServer], puppets[!isServer])
    try peer.write(text(100))
    var bytes = peer.news()
    bytes[bytes.count - 1] ^= 1
    victim.take(bytes)
    try expectTold(victim, peer, .badRecordMAC)
    #expect(victim.received.isEmpty)
  }

  @Test(arguments: versions, bothRoles)
  func `an over-long record is told as record_overflow`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let (victim, peer) = (puppets[isServer], puppets[!isServer])
    // RFC 8446 §5.2: "The length MUST NOT exceed 2^14 + 256 bytes."; RFC 5246 §6.2.3: 2^14 + 2048.
    victim.take([23, 3, 3, 0x48, 0x01])
    try expectTold(victim, peer, .recordOverflow)
  }

  @Test(arguments: versions)
  func `an over-long record in the handshake is told as record_overflow`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Puppets(Settings(version))
    puppets.server.take([22, 3, 1, 0x48, 0x01])
    #expect(puppets.server.error?.alert?.alert == .recordOverflow)
    #expect(Record.split(puppets.server.sent).records.map(\.contentType) == [.alert])
    try expectLatched(puppets.server.engine, puppets.server.error)
  }

  @Test(arguments: Self.foreign, bothRoles)
  func `bytes that are not TLS are a fault of the peer, quoted, and get no alert`(
    bytes: [UInt8], isServer: Bool
  ) throws {
    for wire in wires {
      let puppet = try Puppets(Settings())[isServer]
      puppet.run()
      let before = puppet.sent.count
      for piece in cut(bytes, as: wire) { puppet.take(piece) }
      let error = try #require(puppet.error)
      #expect(error.code == .notTLS && error.fault == .peer && error.phase == .handshake)
      #expect(error.alert == nil)
      #expect(error.message.contains("\""))
      #expect(puppet.sent.count == before && puppet.engine.pendingCiphertext == 0)
      try expectLatched(puppet.engine, error)
    }
  }

  @Test func `the quotation is the peer's first words`() throws {
    let server = try Puppets(Settings()).server
    server.take(Array("SSH-2.0-OpenSSH_9.2\r\n".utf8))
    #expect(server.error?.message.contains("\"SSH-2.0-OpenSSH_\"") == true)
  }

  @Test(arguments: versions, bothRoles)
  func `a fatal alert received gets no alert`(version: ProtocolVersion, isServer: Bool) throws {
    let puppets = try Puppets(Settings(version))
    puppets.client.run()
    if isServer { puppets.server.take(puppets.client.news()) }
    let before = puppets[isServer].sent.count
    puppets[isServer].take(handshakeFailureRecord)
    #expect(puppets[isServer].error?.code == .alertReceived)
    #expect(puppets[isServer].error?.alert?.origin == .received)
    #expect(puppets[isServer].error?.alert?.alert == .handshakeFailure)
    #expect(puppets[isServer].sent.count == before)
    try expectLatched(puppets[isServer].engine, puppets[isServer].error)
  }

  @Test(arguments: versions, bothRoles)
  func `both alerts are events, the sender's and the receiver's`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let (victim, peer) = (puppets[isServer], puppets[!isServer])
    victim.take(badRecord)
    peer.take(victim.news())
    #expect(victim.engine.nextEvent() == .alert(.badRecordMAC, .sent))
    #expect(victim.engine.nextEvent() == nil)
    #expect(peer.engine.nextEvent() == .alert(.badRecordMAC, .received))
    #expect(peer.engine.nextEvent() == nil)
  }

  private func expectTold(_ victim: Puppet, _ peer: Puppet, _ alert: Alert) throws {
    #expect(victim.error?.code == .protocolFailure)
    #expect(victim.error?.fault == .peer)
    #expect(victim.error?.phase == .open)
    #expect(victim.error?.alert?.alert == alert)
    try expectLatched(victim.engine, victim.error)
    #expect(Record.split(victim.sent).rest == 0)
    peer.take(victim.news())
    #expect(peer.error?.code == .alertReceived)
    #expect(peer.error?.alert?.alert == alert)
    #expect(peer.error?.alert?.origin == .received)
    #expect(peer.engine.pendingCiphertext == 0)
    try expectLatched(peer.engine, peer.error)
  }

  private func expectAlertReceived(_ peer: Endpoint, _ alert: Alert) throws {
    #expect(peer.error?.code == .alertReceived)
    #expect(peer.error?.fault == .peer)
    #expect(peer.error?.alert?.alert == alert)
    #expect(peer.error?.alert?.origin == .received)
    #expect(peer.engine.pendingCiphertext == 0)
    try expectLatched(peer.engine, peer.error)
  }

  private static let foreign: [[UInt8]] = [
    Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8),
    Array("POST / HTTP/1.1\r\n\r\n".utf8),
    Array("CONNECT localhost:443 HTTP/1.1\r\n\r\n".utf8),
    Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8),
    Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8),
    Array("220 mail.example.org ESMTP Postfix\r\n".utf8),
    [0x00, 0x00, 0x00, 0x2A, 0xFF, 0xFF, 0xFF, 0xFF],
    [0x5E, 0xC1, 0x37, 0x99, 0x02, 0x5A, 0x11, 0xE8],
    Array(repeating: 0x00, count: 64),
  ]

  // RFC 8446 §6.2: "Upon transmission or receipt of a fatal alert message, both parties MUST
  // immediately close the connection"; and whatever its level says, this one is fatal.
  @Test func `an alert that TLS 1.3 calls fatal is one even if its level says warning`() throws {
    let pair = try Puppets(Settings(.tls13))
    pair.client.move()
    pair.server.take(pair.client.pull())
    pair.server.move()
    pair.server.take([21, 3, 3, 0, 2, 1, 40])
    pair.server.pull()
    pair.server.move()
    let error = pair.server.error
    #expect(error?.code == .alertReceived && error?.fault == .peer)
    #expect(error?.alert?.alert == .handshakeFailure && error?.alert?.origin == .received)
    #expect(pair.server.engine.pendingCiphertext == 0)
  }
}
