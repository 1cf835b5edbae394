import MemoryTLS
import MemoryTLSTesting
import Testing

/// The end of input at every byte: never a clean end, always with its phase.
@Suite struct TruncationTests {
  @Test(arguments: versions, bothRoles)
  func `input that ends at any byte of a handshake is truncated`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let contexts = try Self.contexts(version)
    let whole = try Puppets(contexts.client, contexts.server)
    whole.exchange()
    // Ed25519 signatures have one length, so that every handshake is as long as this one.
    let total = whole[!isServer].sent.count
    for offset in 0..<total {
      let puppets = try Puppets(contexts.client, contexts.server)
      let victim = puppets[isServer]
      deliver(offset, to: victim, of: puppets, isServer: isServer)
      #expect(victim.error == nil)
      victim.engine.endOfInput()
      victim.run()
      #expect(victim.error?.code == .truncated, "offset \(offset) of \(total)")
      #expect(victim.error?.fault == .peer && victim.error?.phase == .handshake)
      try expectLatched(victim.engine, victim.error)
    }
  }

  @Test(arguments: versions, bothRoles)
  func `input that ends at any byte of a record is truncated in the phase open`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    for offset in 0..<62 {
      let victim = try openVictim(version, isServer: isServer, offset)
      victim.engine.endOfInput()
      victim.move()
      #expect(victim.error?.code == .truncated, "offset \(offset)")
      #expect(victim.error?.phase == .open)
      try expectLatched(victim.engine, victim.error)
    }
  }

  @Test(arguments: versions, bothRoles)
  func `input that ends at any byte of a record is truncated in the phase closing`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    for offset in 0..<62 {
      let victim = try openVictim(version, isServer: isServer, offset)
      #expect(try victim.engine.close() == .done)
      victim.engine.endOfInput()
      victim.move()
      #expect(victim.error?.code == .truncated, "offset \(offset)")
      #expect(victim.error?.phase == .closing)
      try expectLatched(victim.engine, victim.error)
    }
  }

  @Test(arguments: versions)
  func `what arrived before the end is still read`(version: ProtocolVersion) throws {
    let puppets = try Settings(version).capacity(4096).open()
    try puppets.client.write(text(2000))
    puppets.server.push(puppets.client.news()[...])
    puppets.server.engine.endOfInput()
    puppets.server.engine.endOfInput()
    #expect(try puppets.server.engine.read(upTo: 1500).bytes == Array(text(2000)[..<1500]))
    #expect(try puppets.server.engine.write(text(10)) == .moved(10))
    puppets.server.move()
    #expect(puppets.server.received == Array(text(2000)[1500...]))
    #expect(puppets.server.error?.code == .truncated)
    puppets.client.take(puppets.server.pull())
    #expect(puppets.client.received == text(10))
  }

  /// Gives the victim so many of its peer's bytes, the peer all of the victim's.
  private func deliver(_ count: Int, to victim: Puppet, of puppets: Puppets, isServer: Bool) {
    let peer = puppets[!isServer]
    var rest = count
    for _ in 0..<10 {
      peer.run()
      let bytes = peer.news().prefix(rest)
      rest -= bytes.count
      victim.run()
      victim.take(bytes)
      peer.take(victim.news())
      guard rest > 0 else { return }
    }
  }

  /// An engine after its handshake that has got the start of a record of 62 bytes or more.
  private func openVictim(
    _ version: ProtocolVersion, isServer: Bool, _ offset: Int
  ) throws -> Puppet {
    let puppets = try Puppets(Self.contexts(version).client, Self.contexts(version).server)
    puppets.exchange()
    try puppets[!isServer].write(text(40))
    puppets[isServer].take(puppets[!isServer].news().prefix(offset))
    return puppets[isServer]
  }

  private static func contexts(
    _ version: ProtocolVersion
  ) throws -> (client: TLSContext, server: TLSContext) {
    let settings = Settings(version).changed {
      $0.server.identities = [server.identity]
      $0.server.tickets = .none
    }
    return (try TLSContext(settings.client), try TLSContext(settings.server))
  }

  private static let server = fixture {
    try Settings.authority.issue(.server, names: [.dns("localhost")], key: .ed25519)
  }
}
