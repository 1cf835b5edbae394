import MemoryTLS
import MemoryTLSTesting
import Testing

/// Certificates as values.
@Suite struct CertificateTests {
  private static let names: [Certificate.Name] = [
    .dns("localhost"), .dns("*.example.org"), .address("192.0.2.1"), .address("2001:db8::1"),
    .email("someone@example.org"), .uri("https://example.org/path"),
    // A comma ends a name in OpenSSL's configuration language, and "copy" is a word of it.
    .uri("https://example.org/a,DNS:evil.example"), .email("copy"),
  ]

  @Test(arguments: versions, TestIdentity.Key.allCases)
  func `what a certificate says`(version: ProtocolVersion, key: TestIdentity.Key) throws {
    let identity = try Settings.authority.issue(
      .server, "Grüße, \"Welt\"", organization: "Ex + Ample", names: Self.names, key: key,
      validity: 1_000_000_000..<2_000_000_000)
    let certificate = try #require(try seen(identity, version).first)
    #expect(certificate.der == identity.certificate)
    #expect(certificate.subject == #"O=Ex \+ Ample, CN=Grüße\, \"Welt\""#)
    #expect(certificate.issuer == "CN=Test CA")
    #expect(certificate.names == Self.names)
    #expect(certificate.notBefore == 1_000_000_000)
    #expect(certificate.notAfter == 1_999_999_999)
    #expect(certificate.fingerprint.count == 32 && certificate.publicKeyFingerprint.count == 32)
  }

  @Test(arguments: versions)
  func `a chain comes leaf first`(version: ProtocolVersion) throws {
    let intermediate = try Settings.authority.issue(.authority, "Middle")
    let leaf = try intermediate.issue(.server, "leaf", names: [.dns("localhost")])
    let chain = try seen(leaf, version)
    #expect(chain.map(\.subject) == ["CN=leaf", "CN=Middle"])
    #expect(chain.map(\.issuer) == ["CN=Middle", "CN=Test CA"])
    #expect(chain.map(\.names) == [[.dns("localhost")], []])
  }

  @Test func `dates far away`() throws {
    let far = try Settings.authority.issue(
      .server, names: [.dns("localhost")], validity: -1_000_000_000..<32_503_680_000)
    let pin = Settings().changed {
      $0.client.trust = .acceptAnyoneInsecurely
      $0.server.identities = [far.identity]
    }
    let pair = try pin.pair()
    try pair.settle()
    let certificate = try #require(pair.client.engine.negotiated?.peerCertificates.first)
    #expect(certificate.notBefore == -1_000_000_000)
    #expect(certificate.notAfter == 32_503_679_999)
  }

  @Test(.needsOpenSSLTool) func `fingerprints are what the openssl program shows`() throws {
    let directory = try TemporaryDirectory()
    let identity = Settings.localhost
    let certificate = try #require(try seen(identity, .tls13).first)
    let file = try directory.write(try identity.chainPEM, as: "leaf.pem")
    let shown = try OpenSSLTool.run("x509", "-in", file, "-noout", "-fingerprint", "-sha256")
    let digits = shown.drop { $0 != "=" }.filter(\.isHexDigit).lowercased()
    #expect(digits == hexadecimal(certificate.fingerprint))
    let key = try OpenSSLTool.run("x509", "-in", file, "-noout", "-pubkey")
    let keyFile = try directory.write(key, as: "key.pem")
    let keyDER = directory.path + "/key.der"
    _ = try OpenSSLTool.run("pkey", "-pubin", "-in", keyFile, "-outform", "DER", "-out", keyDER)
    let digest = try OpenSSLTool.run("dgst", "-sha256", "-r", keyDER)
    #expect(digest.hasPrefix(hexadecimal(certificate.publicKeyFingerprint)))
  }

  private func seen(_ identity: TestIdentity, _ version: ProtocolVersion) throws -> [Certificate] {
    let pair = try Settings(version).changed { $0.server.identities = [identity.identity] }.pair()
    try pair.settle()
    return try #require(pair.client.engine.negotiated).peerCertificates
  }
}
