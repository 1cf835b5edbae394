@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// What a connection tells of itself beside what was agreed on.
@Suite(.withAllAndNeededAlgorithms) struct IntrospectionTests {
  @Test(arguments: versions, wires)
  func `both ends tell the same randoms and Finished bytes`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let messages = Messages()
    let client = try TLSEngine(
      TLSContext(Settings(version).client), as: .client(.name("localhost")),
      observing: messages.observer)
    let server = try TLSEngine(TLSContext(Settings(version).server), as: .server)
    #expect(client.clientRandom == nil && client.serverRandom == nil)
    #expect(client.finished == [] && client.peerFinished == [])
    let pair = EnginePair(client: client, server: server, wire: wire)
    try pair.settle()
    #expect(client.clientRandom == server.clientRandom)
    #expect(client.serverRandom == server.serverRandom)
    // RFC 8446 §4.1.2: the random is behind the version.
    #expect(client.clientRandom == Array(messages.handshake[0].bytes[6..<38]))
    #expect(client.serverRandom == Array(messages.handshake[1].bytes[6..<38]))
    #expect(client.finished == server.peerFinished && client.peerFinished == server.finished)
    #expect(client.finished.count == (version == .tls12 ? 12 : 32))
    let finished = messages.handshake.filter { $0.handshakeType == .finished }
    #expect(
      Set(finished.map { Array($0.bytes.dropFirst(4)) }) == [client.finished, server.finished])
  }

  @Test(arguments: versions)
  func `the cipher and the extended master secret`(version: ProtocolVersion) throws {
    let puppets = try Settings(version).open()
    for engine in [puppets.client.engine, puppets.server.engine] {
      let negotiated = try #require(engine.negotiated)
      #expect(negotiated.cipherStrength == 128)
      #expect(negotiated.cipherDescription.contains("AES"))
      #expect(!negotiated.cipherDescription.contains("\n"))
      #expect(negotiated.extendedMasterSecret)
    }
    let strong = try Settings(version).changed {
      $0.client.cipherSuites = [0x1302, 0xC02C].map(CipherSuite.init(rawValue:))
    }.open()
    #expect(strong.client.engine.negotiated?.cipherStrength == 256)
  }

  @Test(arguments: versions)
  func `each end tells what the other signed with`(version: ProtocolVersion) throws {
    let user = try Settings.authority.issue(.client, "rsa", key: .rsa2048)
    let puppets = try Settings(version).mutual.changed {
      $0.client.identities = [user.identity]
    }.open()
    #expect(puppets.client.engine.negotiated?.peerSignatureScheme == .ecdsaSecp256r1SHA256)
    #expect(puppets.server.engine.negotiated?.peerSignatureScheme == .rsaPSSRSAESHA256)
    #expect(puppets.server.engine.negotiated?.signatureScheme == .ecdsaSecp256r1SHA256)
    let alone = try Settings(version).open()
    #expect(alone.server.engine.negotiated?.peerSignatureScheme == nil)
  }
}
