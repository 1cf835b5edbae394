import MemoryTLS
import MemoryTLSTesting
import Testing

/// What both ends say of a finished handshake.
@Suite(.withAllAndNeededAlgorithms) struct NegotiatedTests {
  @Test(arguments: versions, wires)
  func `both ends agree`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Settings(version).mutual.changed {
      $0.client.applicationProtocols = ["h2"]
      $0.server.applicationProtocols = ["h2"]
    }.pair(wire)
    #expect(pair.client.engine.negotiated == nil && pair.server.engine.negotiated == nil)
    try pair.settle()
    let client = try #require(pair.client.engine.negotiated)
    let server = try #require(pair.server.engine.negotiated)
    #expect(client.version == version && server.version == version)
    #expect(client.cipherSuite == server.cipherSuite)
    #expect(client.group == .x25519 && server.group == .x25519)
    #expect(client.signatureScheme == .ecdsaSecp256r1SHA256)
    #expect(server.signatureScheme == .ecdsaSecp256r1SHA256)
    #expect(client.applicationProtocol == "h2" && server.applicationProtocol == "h2")
    #expect(client.serverName == "localhost" && server.serverName == "localhost")
    #expect(!client.resumed && !server.resumed)
    #expect(client.peerCertificates.map(\.der) == Settings.localhost.chain)
    #expect(server.peerCertificates.map(\.der) == Settings.user.chain)
  }

  @Test(arguments: versions)
  func `it stays the same until and after the end`(version: ProtocolVersion) throws {
    let pair = try Settings(version).mutual.pair()
    try pair.settle()
    let before = (pair.client.engine.negotiated, pair.server.engine.negotiated)
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(pair.client.engine.negotiated == before.0)
    #expect(pair.server.engine.negotiated == before.1)
    #expect(throws: Never.self) { try pair.client.engine.push(badRecord) }
  }

  @Test(
    arguments: [
      (TestIdentity.Key.p256, SignatureScheme.ecdsaSecp256r1SHA256),
      (.rsa2048, .rsaPSSRSAESHA256), (.ed25519, .ed25519),
    ], versions)
  func `the server's signature scheme`(
    kind: (key: TestIdentity.Key, scheme: SignatureScheme), version: ProtocolVersion
  ) throws {
    let server = try Settings.authority.issue(.server, names: [.dns("localhost")], key: kind.key)
    let pair = try Settings(version).changed { $0.server.identities = [server.identity] }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.signatureScheme == kind.scheme)
    #expect(pair.server.engine.negotiated?.signatureScheme == kind.scheme)
  }

  @Test func `PKCS #1 v1.5 in TLS 1.2`() throws {
    let server = try Settings.authority.issue(.server, names: [.dns("localhost")], key: .rsa2048)
    let pair = try Settings(.tls12).changed {
      $0.server.identities = [server.identity]
      $0.client.signatureSchemes = [.rsaPKCS1SHA256, .ecdsaSecp256r1SHA256]
    }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.signatureScheme == .rsaPKCS1SHA256)
    #expect(pair.server.engine.negotiated?.signatureScheme == .rsaPKCS1SHA256)
  }

  @Test func `static RSA has no group and no signature`() throws {
    let server = try Settings.authority.issue(
      .server, names: [.dns("localhost")], key: .rsa2048,
      keyUsage: ["digitalSignature", "keyEncipherment"])
    let suite = CipherSuite(rawValue: 0x009C)
    let pair = try Settings(.tls12).changed {
      $0.server.identities = [server.identity]
      $0.server.cipherSuites = [suite]
      $0.client.cipherSuites = [suite]
    }.pair()
    try pair.settle()
    for negotiated in [pair.client.engine.negotiated, pair.server.engine.negotiated] {
      #expect(negotiated?.cipherSuite == suite)
      #expect(negotiated?.group == nil)
      #expect(negotiated?.signatureScheme == nil)
    }
  }
}
