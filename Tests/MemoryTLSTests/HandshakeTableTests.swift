@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// How `SSL_do_handshake` maps to `step()`, row by row (SSL_do_handshake(3), SSL_get_error(3)).
@Suite(.withAllAndNeededAlgorithms) struct HandshakeTableTests {
  @Test func `1 is done, with a client's Finished still pending`() throws {
    let puppets = try Puppets(Settings(.tls13))
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    _ = try puppets.client.engine.push(puppets.server.news())
    #expect(try puppets.client.engine.step() == .done)
    #expect(puppets.client.engine.pendingCiphertext > 0)
    #expect(puppets.server.engine.phase == .handshake)
    puppets.exchange()
    #expect(try puppets.server.engine.step() == .done)
  }

  @Test func `1 is done, with a server's tickets still pending`() throws {
    let settings = Settings(.tls13).changed { $0.server.tickets = .afterHandshake(2) }
    let puppets = try Puppets(settings)
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    puppets.client.take(puppets.server.news())
    _ = try puppets.server.engine.push(puppets.client.news())
    #expect(try puppets.server.engine.step() == .done)
    #expect(puppets.server.engine.pendingCiphertext > 0)
  }

  @Test(arguments: versions)
  func `WANT_READ with nothing pending needs a header, then its rest, then the record`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Puppets(Settings(version))
    let server = puppets.server.engine
    puppets.client.run()
    let hello = puppets.client.news()
    #expect(try server.step() == .needs(.push(atLeast: 5)))
    #expect(server.wantedCiphertext == 5)
    #expect(try server.push(Array(hello[..<3])) == 3)
    #expect(try server.step() == .needs(.push(atLeast: 2)))
    #expect(try server.push(Array(hello[3..<5])) == 2)
    #expect(try server.step() == .needs(.push(atLeast: hello.count - 5)))
    #expect(try server.push(Array(hello[5...])) == hello.count - 5)
    #expect(try server.step() == .needs(.pull))
  }

  @Test func `WANT_READ for more than the ring holds asks for what it holds`() throws {
    let protocols = (0..<100).map { "protocol-\($0)" }
    let settings = Settings().capacity(512).changed { $0.client.applicationProtocols = protocols }
    let puppets = try Puppets(settings)
    puppets.client.run()
    #expect(puppets.client.sent.count > 1000)
    #expect(puppets.server.push(puppets.client.sent[..<5]) == 5)
    #expect(try puppets.server.engine.step() == .needs(.push(atLeast: 512)))
    puppets.server.take(puppets.client.sent[5...])
    #expect(puppets.server.error == nil && !puppets.server.sent.isEmpty)
  }

  @Test(arguments: versions)
  func `WANT_READ with bytes pending needs a pull first`(version: ProtocolVersion) throws {
    let client = try Puppets(Settings(version)).client.engine
    #expect(try client.step() == .needs(.pull))
    #expect(try client.step() == .needs(.pull))
    #expect(!client.pull().isEmpty)
    #expect(try client.step() == .needs(.push(atLeast: 5)))
  }

  @Test(arguments: versions)
  func `WANT_WRITE with a ring of 512 bytes needs a pull`(version: ProtocolVersion) throws {
    let puppets = try Puppets(Settings(version).capacity(512))
    puppets.client.run()
    puppets.server.push(puppets.client.sent[...])
    #expect(try puppets.server.engine.step() == .needs(.pull))
    #expect(puppets.server.engine.pendingCiphertext == 512)
    puppets.server.run()
    #expect(puppets.server.sent.count > 512)
    #expect(puppets.server.engine.pendingCiphertext == 0)
  }

  @Test(arguments: versions, bothRoles)
  func `ZERO_RETURN is a close during the handshake`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Puppets(Settings(version))
    puppets.client.run()
    if isServer { puppets.server.take(puppets.client.news()) }
    let puppet = puppets[isServer]
    puppet.take(closeNotifyRecord)
    #expect(puppet.error?.code == .closedDuringHandshake)
    #expect(puppet.error?.fault == .peer)
    #expect(puppet.error?.phase == .handshake)
    try expectLatched(puppet.engine, puppet.error)
  }

  @Test(arguments: versions)
  func `SSL is a failure with its alert pending and OpenSSL's stack`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Puppets(Settings(version))
    puppets.client.run()
    _ = try puppets.client.engine.push(badRecord)
    #expect(throws: TLSError.self) { try puppets.client.engine.step() }
    let error = try #require(puppets.client.engine.terminalError)
    #expect(error.code == .protocolFailure && error.fault == .peer && error.phase == .handshake)
    #expect(error.alert?.origin == .sent)
    #expect(!error.stack.isEmpty)
    #expect(puppets.client.engine.pull().first == ContentType.alert.rawValue)
  }

  @Test(arguments: versions, bothRoles)
  func `an unexpected end is truncated`(version: ProtocolVersion, isServer: Bool) throws {
    let puppet = try Puppets(Settings(version))[isServer]
    puppet.run()
    puppet.engine.endOfInput()
    #expect(throws: TLSError.self) { try puppet.engine.step() }
    #expect(puppet.engine.terminalError?.code == .truncated)
    #expect(puppet.engine.terminalError?.phase == .handshake)
    try expectLatched(puppet.engine, puppet.engine.terminalError)
  }

  /// A BIO pair has no errno: SYSCALL is what OpenSSL answers when asked again after a failure,
  /// which the engine never does. So this asks behind its back.
  @Test func `SYSCALL is unexpected and a fault of the environment`() throws {
    let puppet = try Puppets(Settings(.tls13)).client
    puppet.run()
    puppet.take(badRecord)
    var outcome = Outcome.wantRead
    for _ in 0..<10 {
      guard case .unexpected = outcome else {
        outcome = puppet.engine.connection.handshake()
        continue
      }
    }
    let error = puppet.engine.connection.diagnose(outcome, in: .handshake, inputHasEnded: true)
    #expect(error.code == .unexpected)
    #expect(error.fault == .environment)
  }

  // SSL_do_handshake(3): "data must be written into or retrieved out of the BIO before being able
  // to continue."
  @Test(arguments: versions)
  func `data must be written into the BIO before being able to continue`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Puppets(Settings(version))
    for _ in 0..<3 { #expect(try puppets.server.engine.step() == .needs(.push(atLeast: 5))) }
    puppets.client.run()
    puppets.server.push(puppets.client.sent[...])
    #expect(try puppets.server.engine.step() == .needs(.pull))
  }

  @Test(arguments: versions)
  func `data must be retrieved out of the BIO before being able to continue`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Puppets(Settings(version).capacity(512))
    puppets.client.run()
    puppets.server.push(puppets.client.news()[...])
    for _ in 0..<3 { #expect(try puppets.server.engine.step() == .needs(.pull)) }
    #expect(puppets.server.engine.pendingCiphertext == 512)
    #expect(puppets.server.pull(upTo: 1).count == 1)
    #expect(try puppets.server.engine.step() == .needs(.pull))
    #expect(puppets.server.engine.pendingCiphertext == 512)
    puppets.exchange()
    #expect(try puppets.server.engine.step() == .done)
    #expect(try puppets.client.engine.step() == .done)
  }
}
