import MemoryTLS
import MemoryTLSTesting
import Testing

@Suite struct TestIdentityTests {
  private static let authority = fixture { try TestIdentity.authority() }

  @Test(arguments: TestIdentity.Key.allCases, TestIdentity.Key.allCases)
  func `every type of key is accepted under every other`(
    root: TestIdentity.Key, leaf: TestIdentity.Key
  ) throws {
    let authority = try TestIdentity.authority(key: root)
    let server = try authority.issue(.server, names: [.dns("localhost")], key: leaf)
    for version in [ProtocolVersion.tls12, .tls13] {
      let pair = try pair(server, trusting: authority, version)
      #expect(throws: Never.self) { try pair.settle() }
    }
  }

  @Test func `intermediates are part of the chain, the root is not`() throws {
    let first = try Self.authority.issue(.authority, "First", key: .rsa2048)
    let second = try first.issue(.authority, "Second", key: .ed25519)
    let leaf = try second.issue(.server, names: [.dns("localhost")])
    #expect(leaf.chain == [leaf.certificate, second.certificate, first.certificate])
    #expect(leaf.issuers == [second.certificate, first.certificate, Self.authority.certificate])
    #expect(leaf.trust == Self.authority.trust)
    let pair = try pair(leaf, trusting: Self.authority)
    try pair.settle()
    let seen = pair.client.engine.negotiated?.peerCertificates
    #expect(seen?.map(\.subject) == ["CN=test", "CN=Second", "CN=First"])
    #expect(seen?.last?.issuer == "CN=Test CA")
  }

  @Test func `an authority stands for itself`() throws {
    #expect(Self.authority.issuers.isEmpty)
    #expect(Self.authority.chain == [Self.authority.certificate])
    #expect(Self.authority.trust == .authorities(.bytes(Self.authority.certificate)))
    #expect(try Self.authority.rootPEM == Self.authority.chainPEM)
  }

  @Test(arguments: TestIdentity.Key.allCases)
  func `who vouches for itself is accepted where it is known`(key: TestIdentity.Key) throws {
    let server = try TestIdentity.selfSigned(
      .server, "itself", names: [.dns("localhost")], key: key)
    #expect(server.chain == [server.certificate] && server.issuers.isEmpty)
    for trust in [server.trust, .pins([.certificate(sha256: server.fingerprint)])] {
      for version in [ProtocolVersion.tls12, .tls13] {
        let pair = try pair(server, trust, version)
        try pair.settle()
        let seen = try #require(pair.client.engine.negotiated?.peerCertificates.first)
        #expect(seen.subject == "CN=itself" && seen.issuer == "CN=itself")
        #expect(seen.fingerprint == server.fingerprint)
      }
    }
    try expectRefused(server, 18)
  }

  @Test func `who vouches for itself vouches for nobody else`() throws {
    let itself = try TestIdentity.selfSigned(.server, "itself", names: [.dns("localhost")])
    let forged = try itself.issue(.server, names: [.dns("localhost")])
    let error = try pair(forged, itself.trust).expectRefusal(by: .client)
    #expect(error.code == .verificationFailed)
  }

  @Test(
    arguments: [(0..<1_000_000, 10), (4_000_000_000..<4_100_000_000, 9)] as [(Range<Int64>, Int)])
  func `out of its validity it is refused`(validity: Range<Int64>, code: Int) throws {
    let server = try Self.authority.issue(
      .server, names: [.dns("localhost")], validity: validity)
    try expectRefused(server, code)
  }

  @Test func `with a wrong key usage it is refused`() throws {
    let server = try Self.authority.issue(
      .server, names: [.dns("localhost")], keyUsage: ["cRLSign"])
    try expectRefused(server, 26)
  }

  @Test func `for another purpose it is refused`() throws {
    try expectRefused(try Self.authority.issue(.client, names: [.dns("localhost")]), 26)
  }

  @Test(arguments: TestIdentity.Key.allCases, TestIdentity.Key.allCases)
  func `with a bit of its signature flipped it is refused`(
    root: TestIdentity.Key, leaf: TestIdentity.Key
  ) throws {
    let authority = try TestIdentity.authority(key: root)
    let server = try authority.issue(.server, names: [.dns("localhost")], key: leaf)
    let pair = try pair(server.tampered, trusting: authority)
    // X509_V_ERR_CERT_SIGNATURE_FAILURE.
    #expect(try pair.expectRefusal(by: .client, .decryptError).verification?.code == 7)
    #expect(server.tampered.privateKey == server.privateKey)
  }

  @Test func `who is no authority vouches for nobody`() throws {
    let leaf = try Self.authority.issue(.server, "leaf")
    let forged = try leaf.issue(.server, names: [.dns("localhost")])
    let error = try pair(forged, trusting: Self.authority).expectRefusal(by: .client)
    #expect(error.code == .verificationFailed && error.verification?.depth == 1)
  }

  @Test func `every key and certificate is new`() throws {
    let twins = try (Self.authority.issue(.server), Self.authority.issue(.server))
    #expect(twins.0.privateKey != twins.1.privateKey)
    #expect(twins.0.certificate != twins.1.certificate)
  }

  @Test(arguments: TestIdentity.Key.allCases)
  func `PEM says the same`(key: TestIdentity.Key) throws {
    let middle = try Self.authority.issue(.authority, "Middle", key: key)
    let server = try middle.issue(.server, names: [.dns("localhost")], key: key)
    let chain = try server.chainPEM
    #expect(chain.split(separator: "-----BEGIN CERTIFICATE-----\n").count == 2)
    #expect(try server.privateKeyPEM().hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    let secret = try server.privateKeyPEM(passphrase: "secret")
    #expect(secret.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
    var settings = TLSConfiguration()
    settings.identities = [
      Identity(chain: .pem(chain), key: .pem(secret), passphrase: "secret")
    ]
    var client = TLSConfiguration()
    client.trust = .authorities(.pem(try server.rootPEM))
    let pair = try EnginePair(client: client, server: settings)
    #expect(throws: Never.self) { try pair.settle() }
  }

  @Test func `values that no certificate can hold are refused`() {
    let long = String(repeating: "x", count: 65)
    let cases: [() throws -> TestIdentity] = [
      { try TestIdentity.authority(long) }, { try TestIdentity.authority("") },
      { try Self.authority.issue(.server, organization: long) },
      { try Self.authority.issue(.server, names: [.address("localhost")]) },
      { try Self.authority.issue(.server, keyUsage: ["nonsense"]) },
    ]
    for make in cases {
      let error = #expect(throws: TLSError.self) { try make() }
      #expect(error?.code == .invalidConfiguration && error?.fault == .caller)
      #expect(error?.message.contains("cannot make a certificate for") == true)
    }
  }

  @Test(
    arguments: [
      .dns("a.example,DNS:evil.example"), .dns("a.example\nDNS:evil.example"), .dns("a\0.example"),
      .dns("a.example;dirName:section"), .dns("a b"), .dns("ü.example"), .dns("a..example"),
      .dns("a.example."), .dns(""), .dns(String(repeating: "x", count: 64)),
      .dns(String(repeating: "x.", count: 127) + "x"), .address("192.0.2.1,DNS:evil.example"),
      .address("192.0.2.1\0"), .address(""), .email("a@example.org\n"), .email(""),
      .uri("https://example.org/\u{E9}"), .uri("https://example.org/ "), .uri(""),
    ] as [Certificate.Name])
  func `a name that is none is refused and shown`(name: Certificate.Name) {
    let error = #expect(throws: TLSError.self) {
      try Self.authority.issue(.server, names: [.dns("localhost"), name])
    }
    #expect(error?.code == .invalidConfiguration && error?.fault == .caller)
    let start = "cannot make a certificate for test: \"\(name)\" is no "
    #expect(error?.message.hasPrefix(start) == true)
  }

  private func expectRefused(_ server: TestIdentity, _ code: Int) throws {
    let error = try pair(server, trusting: Self.authority).expectRefusal(by: .client)
    #expect(error.code == .verificationFailed && error.verification?.code == code)
  }

  private func pair(
    _ server: TestIdentity, trusting authority: TestIdentity, _ version: ProtocolVersion = .tls13
  ) throws -> EnginePair { try pair(server, authority.trust, version) }

  private func pair(
    _ server: TestIdentity, _ trust: Trust, _ version: ProtocolVersion = .tls13
  ) throws -> EnginePair {
    var (client, settings) = (TLSConfiguration(), TLSConfiguration())
    client.trust = trust
    client.versions = version...version
    settings.identities = [server.identity]
    return try EnginePair(client: client, server: settings)
  }
}
