import Foundation
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

  @Test(
    .needsOpenSSLTool,
    arguments: [
      (
        "rsa_keygen_bits:3072", "RSA", Certificate.KeyType.rsa(bits: 3072),
        "sha256WithRSAEncryption"
      ),
      ("rsa_keygen_bits:1024", "RSA-PSS", .rsaPSS(bits: 1024), "rsassaPss"),
      ("ec_paramgen_curve:P-256", "EC", .ec(.secp256r1), "ecdsa-with-SHA256"),
      ("ec_paramgen_curve:P-384", "EC", .ec(.secp384r1), "ecdsa-with-SHA256"),
      ("ec_paramgen_curve:P-521", "EC", .ec(.secp521r1), "ecdsa-with-SHA256"),
      ("ec_paramgen_curve:secp256k1", "EC", .other("secp256k1"), "ecdsa-with-SHA256"),
      ("", "ED25519", .ed25519, "ED25519"), ("", "ED448", .ed448, "ED448"),
    ])
  func `keys, signatures and serial numbers`(
    option: String, algorithm: String, type: Certificate.KeyType, signature: String
  ) throws {
    let directory = try TemporaryDirectory()
    let (key, file) = (directory.path + "/key.pem", directory.path + "/certificate.der")
    let options = option.isEmpty ? [] : ["-pkeyopt", option]
    _ = try OpenSSLTool.run(["genpkey", "-algorithm", algorithm, "-out", key] + options)
    _ = try OpenSSLTool.run(
      "req", "-x509", "-new", "-key", key, "-subj", "/CN=x", "-set_serial", "0x00ff01", "-outform",
      "DER", "-out", file)
    let der = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    let certificate = try Certificate(der: der)
    #expect(certificate.der == der)
    #expect(certificate.keyType == type)
    #expect(certificate.signatureAlgorithm == signature)
    #expect(certificate.serialNumber == [0xff, 0x01])
  }

  @Test func `bytes that are no certificate are refused`() throws {
    let der = Settings.localhost.certificate
    #expect(throws: Never.self) { try Certificate(der: der) }
    let others: [[UInt8]] = [[], [0x30], text(1000), der.dropLast(), der + [0], der + der]
    for bytes in others {
      let error = #expect(throws: TLSError.self) { try Certificate(der: bytes) }
      #expect(error?.code == .malformedCertificate)
    }
    let pem = Array(try Settings.localhost.chainPEM.utf8)
    #expect(throws: TLSError.self) { try Certificate(der: pem) }
  }

  @Test func `a certificate cut or changed anywhere never traps`() throws {
    let der = Settings.localhost.certificate
    for index in der.indices {
      var changed = der
      changed[index] ^= 0x81
      _ = try? Certificate(der: changed)
      _ = try? Certificate(der: Array(der[..<index]))
    }
  }

  private func seen(_ identity: TestIdentity, _ version: ProtocolVersion) throws -> [Certificate] {
    let pair = try Settings(version).changed { $0.server.identities = [identity.identity] }.pair()
    try pair.settle()
    return try #require(pair.client.engine.negotiated).peerCertificates
  }
}
