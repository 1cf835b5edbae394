import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Invariant 5: the thread's error queue neither disturbs a call nor is left with anything.
@Suite(.withAllAndNeededAlgorithms) struct ErrorQueueTests {
  @Test(arguments: EngineState.allCases, bothRoles)
  func `a stale entry before a call changes nothing`(state: EngineState, isServer: Bool) throws {
    for call in Call.all {
      ERR_clear_error()
      let expected = try call.run(state.engine(isServer: isServer))
      #expect(ERR_peek_error() == 0, "\(call.name) left an entry")
      let engine = try state.engine(isServer: isServer)
      plant()
      #expect(call.run(engine) == expected, "\(call.name) was disturbed")
      let entries = ErrorQueue.drain()
      #expect(entries.allSatisfy { $0.isPlanted }, "\(call.name) left an entry")
    }
  }

  @Test(arguments: versions, wires)
  func `a stale entry before every call of a connection changes nothing`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Settings(version).mutual.capacity(600).pair(wire)
    for _ in 0..<100_000 {
      plant()
      guard pair.step() else { break }
    }
    pair.client.send(text(3000))
    pair.server.send(text(3000))
    for _ in 0..<100_000 {
      plant()
      guard pair.step() else { break }
    }
    #expect(pair.client.error == nil && pair.server.error == nil)
    #expect(pair.client.received == text(3000) && pair.server.received == text(3000))
    ERR_clear_error()
  }

  @Test func `a stale entry does not make a truncation of a failure`() throws {
    let puppets = try Settings(.tls13).open()
    puppets.server.push(badRecord[...])
    puppets.server.engine.endOfInput()
    plant()
    puppets.server.move()
    #expect(puppets.server.error?.code == .protocolFailure)
    #expect(puppets.server.error?.stack.contains { $0.isPlanted } == false)
  }

  @Test func `making a context neither minds a stale entry nor leaves one`() throws {
    plant()
    _ = try TLSContext(Settings().server)
    #expect(ErrorQueue.drain().isEmpty)
    for spoil in Self.spoilers {
      plant()
      let error = #expect(throws: TLSError.self) {
        try TLSContext(Settings().changed(spoil).server)
      }
      #expect(error?.stack.contains { $0.isPlanted } == false)
      let entries = ErrorQueue.drain()
      #expect(entries.allSatisfy { $0.isPlanted }, "\(error?.message ?? "")")
    }
  }

  @Test func `making an engine neither minds a stale entry nor leaves one`() throws {
    let client = try TLSContext(Settings().client)
    for identity in [ServerIdentity.address("localhost"), .name(""), .name("127.0.0.1")] {
      plant()
      #expect(throws: TLSError.self) { try TLSEngine(client, as: .client(identity)) }
      #expect(ErrorQueue.drain().allSatisfy { $0.isPlanted })
    }
    plant()
    _ = try TLSEngine(client, as: .client(.address("::1")))
    #expect(ErrorQueue.drain().isEmpty)
  }

  @Test func `entries are drained oldest first, with their text and data`() throws {
    _ = try TLSContext(Settings().client)  // The first one loads the words for reasons.
    COpenSSL_ERR_raise_again(ERR_LIB_SSL, SSL_R_BAD_LENGTH, "first", "more about it")
    COpenSSL_ERR_raise_again(ERR_LIB_SYS, 2, "second", "")
    let entries = ErrorQueue.drain()
    #expect(entries.map(\.function) == ["first", "second"])
    #expect(entries.first?.description == "bad length (more about it)")
    #expect(entries.first?.library == Int(ERR_LIB_SSL))
    #expect(entries.first?.reason == Int(SSL_R_BAD_LENGTH))
    #expect(entries.last?.text == "No such file or directory")
    #expect(ErrorQueue.drain().isEmpty)
  }

  @Test func `a queue set aside comes back as it was`() throws {
    plant()
    let before = ErrorQueue.drain()
    plant()
    ErrorQueue.setAside {
      #expect(ERR_peek_error() == 0)
      COpenSSL_ERR_raise(ERR_LIB_X509, 1)
    }
    #expect(ErrorQueue.drain().map(\.code) == before.map(\.code))
  }

  private static let spoilers: [@Sendable (inout Settings) -> Void] = [
    { $0.server.groups = [NamedGroup(rawValue: 0xFFFF)] },
    { $0.server.signatureSchemes = [SignatureScheme(rawValue: 0xFFFF)] },
    { $0.server.cipherSuites = [CipherSuite(rawValue: 0xFFFF)] },
    { $0.server.versions = .tls13...ProtocolVersion(rawValue: 0x0305) },
    { $0.server.largestRecord = 1 },
    { $0.server.applicationProtocols = [""] },
    { $0.server.trust = .authorities(.bytes([1, 2, 3])) },
    { $0.server.trust = .authorities(.pem("-----BEGIN CERTIFICATE-----\n")) },
    { $0.server.trust = .authorities(.file("/nonexistent")) },
    { $0.server.trust = .directory("/nonexistent") },
    { $0.server.trust = .pins([]) },
    { $0.server.identities[0].key = .source(.bytes([1, 2, 3])) },
    { $0.server.identities[0].key = .source(.file("/nonexistent")) },
    { $0.server.identities[0].chain = .bytes([]) },
    { $0.server.identities[0].key = Settings.user.identity.key },
    { $0.server.identities.append(Settings.localhost.identity) },
  ]
}

/// A call of an engine, with what came of it as text.
private struct Call: Sendable {
  let name: String
  let body: @Sendable (TLSEngine) throws -> Any

  func run(_ engine: TLSEngine) -> String {
    do { return "\(try body(engine))" } catch { return "\(error)" }
  }

  static let all: [Call] = [
    Call(name: "step") { try $0.step() },
    Call(name: "read") { try $0.read() },
    Call(name: "write") { try $0.write([1]) },
    Call(name: "push") { try $0.push([22]) },
    Call(name: "close") { try $0.close() },
    Call(name: "pull") { $0.pull().isEmpty },
    Call(name: "endOfInput") { $0.endOfInput() },
    Call(name: "takeUnconsumedCiphertext") { $0.takeUnconsumedCiphertext().isEmpty },
    Call(name: "withFreeSpace") { engine in
      engine.withFreeSpace { out in if out.freeCapacity > 0 { out.append(22) } }
    },
    Call(name: "withPendingCiphertext") { $0.withPendingCiphertext { min(1, $0.count) } },
    Call(name: "nextEvent") { $0.nextEvent() as Any },
    Call(name: "negotiated") { $0.negotiated?.version as Any },
    Call(name: "wantedCiphertext") { $0.wantedCiphertext },
    Call(name: "description") { $0.description.isEmpty },
    Call(name: "updateKeys") { try $0.updateKeys() },
    Call(name: "issueTicket") { try $0.issueTicket() },
  ]
}

private func plant() { COpenSSL_ERR_raise(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING) }

extension OpenSSLError {
  fileprivate var isPlanted: Bool {
    library == Int(ERR_LIB_SSL) && reason == Int(SSL_R_UNEXPECTED_EOF_WHILE_READING)
  }
}
