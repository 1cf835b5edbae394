import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Whose certificates are believed.
@Suite(.withAllAndNeededAlgorithms) struct TrustTests {
  @Test func `the system's roots are one store that contexts share`() throws {
    let settings = Settings().changed { $0.client.trust = .system }
    let contexts = try (TLSContext(settings.client), TLSContext(settings.client))
    #expect(ERR_peek_error() == 0)
    #expect(
      SSL_CTX_get_cert_store(contexts.0.handle.pointer)
        == SSL_CTX_get_cert_store(contexts.1.handle.pointer))
    let pair = try settings.pair()
    try pair.expectRefusal(by: .client, .unknownCA)
  }

  @Test func `the system's roots are read anew once they are forgotten`() throws {
    var configuration = TLSConfiguration.ofTest
    configuration.trust = .system
    let before = try TLSContext(configuration)
    Trust.forgetSystemRoots()
    let after = try TLSContext(configuration)
    #expect(
      SSL_CTX_get_cert_store(before.handle.pointer) != SSL_CTX_get_cert_store(after.handle.pointer))
  }

  // What is read in a library context that goes away would be used after that.
  @Test func `contexts with a seed have the system's roots to themselves`() throws {
    var configuration = TLSConfiguration()
    configuration.trust = .system
    let (one, shared) = (
      try TLSContext(configuration, entropy: .seeded(1)), try TLSContext(configuration)
    )
    #expect(
      SSL_CTX_get_cert_store(one.handle.pointer) != SSL_CTX_get_cert_store(shared.handle.pointer))
  }

  @Test(arguments: versions)
  func `authorities in PEM, DER and files`(version: ProtocolVersion) throws {
    let directory = try TemporaryDirectory()
    let authority = Settings.authority
    let both = authority.certificate + Settings.stranger.certificate
    let pem = try authority.rootPEM
    let sources: [Source] = [
      .bytes(authority.certificate), .bytes(both), .bytes(both + both), .pem(pem),
      .pem("# roots\n" + (try Settings.stranger.rootPEM) + "\n" + pem),
      .file(try directory.write(authority.certificate, as: "ca.der")),
      .file(try directory.write(pem, as: "ca.pem")),
    ]
    for source in sources {
      let pair = try Settings(version).changed { $0.client.trust = .authorities(source) }.pair()
      #expect(throws: Never.self) { try pair.settle() }
    }
  }

  @Test func `authorities that cannot be read have their errors`() throws {
    let pem = try Settings.authority.rootPEM
    let cases: [(Source, TLSError.Code)] = [
      (.bytes([]), .emptyChain), (.pem("no certificates here"), .malformedCertificate),
      (.pem(String(pem.dropLast(50))), .malformedCertificate),
      (.bytes([0x30, 0x82]), .malformedCertificate), (.file("/absent.pem"), .unreadableFile),
    ]
    for (source, code) in cases {
      let error = refusal(of: .authorities(source))
      #expect(error?.code == code)
      #expect(error?.message.contains(source.label) == true)
    }
  }

  @Test(.needsOpenSSLTool) func `a hashed directory is looked into as needed`() throws {
    let directory = try TemporaryDirectory()
    let settings = Settings().changed { $0.client.trust = .directory(directory.path) }
    let (client, server) = (try TLSContext(settings.client), try TLSContext(settings.server))
    let refused = try EnginePair(client: client, server: server)
    try refused.expectRefusal(by: .client, .unknownCA)
    _ = try directory.write(Settings.authority.rootPEM, as: "ca.pem")
    _ = try OpenSSLTool.run("rehash", directory.path)
    let pair = try EnginePair(client: client, server: server)
    #expect(throws: Never.self) { try pair.settle() }
    #expect(ERR_peek_error() == 0)
  }

  @Test func `a file is no directory, and neither are two`() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("", as: "ca.pem")
    #expect(refusal(of: .directory(file))?.message == "\(file) is a file and not a directory")
    let error = refusal(of: .directory("/tmp:/var"))
    #expect(error?.message == "directory /tmp:/var has a colon in its name")
  }

  @Test func `an absent directory is refused`() {
    let error = refusal(of: .directory("/absent/directory"))
    #expect(error?.code == .unreadableFile)
    #expect(error?.message.contains("/absent/directory") == true)
  }

  @Test(arguments: versions, bothRoles)
  func `a pinned certificate or public key needs no chain and no date`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let late = try Settings.stranger.issue(
      isServer ? .client : .server, names: [.dns("localhost")], validity: 0..<1_000_000)
    let certificate = try #require(try certificate(of: late))
    let pins: [Pin] = [
      .certificate(sha256: certificate.fingerprint),
      .publicKey(sha256: certificate.publicKeyFingerprint),
    ]
    for pin in pins {
      let trust = Trust.pins([pin, .certificate(sha256: text(32))])
      let pair = try Settings(version).mutual.changed {
        if isServer {
          $0.server.trust = trust
          $0.client.identities = [late.identity]
        } else {
          $0.client.trust = trust
          $0.server.identities = [late.identity]
        }
      }.pair()
      #expect(throws: Never.self) { try pair.settle() }
    }
  }

  @Test func `a pin of one kind does not match the other kind`() throws {
    let certificate = try #require(try certificate(of: Settings.localhost))
    for pin in [
      Pin.certificate(sha256: certificate.publicKeyFingerprint),
      .publicKey(sha256: certificate.fingerprint),
    ] {
      let pair = try Settings().changed { $0.client.trust = .pins([pin]) }.pair()
      let error = try pair.expectRefusal(by: .client, .badCertificate)
      #expect(error.code == .verificationFailed && error.verification?.depth == 0)
    }
  }

  @Test(arguments: versions)
  func `a peer that no pin matches is named by its digests`(version: ProtocolVersion) throws {
    let certificate = try #require(try certificate(of: Settings.localhost))
    let pair = try Settings(version).changed {
      $0.client.trust = .pins([.certificate(sha256: text(32))])
    }.pair()
    let message = try pair.expectRefusal(by: .client).message
    #expect(message.contains("SHA-256 is \(hexadecimal(certificate.fingerprint)), its"))
    #expect(message.contains("key's \(hexadecimal(certificate.publicKeyFingerprint)) (depth 0"))
  }

  @Test func `a pinned certificate has to match a name that is given as well`() throws {
    let certificate = try #require(try certificate(of: Settings.localhost))
    let trust = Trust.pins([.certificate(sha256: certificate.fingerprint)])
    let settings = Settings().changed { $0.client.trust = trust }
    let fits: [ServerIdentity] = [
      .name("localhost"), .pinned(), .pinned(serverName: "example.org"), .unchecked(),
    ]
    for identity in fits {
      let pair = try EnginePair(
        client: settings.client, expecting: identity, server: settings.server)
      #expect(throws: Never.self) { try pair.settle() }
    }
    let misfits: [(ServerIdentity, Int)] = [(.name("example.org"), 62), (.address("::1"), 64)]
    for (identity, code) in misfits {
      let pair = try EnginePair(
        client: settings.client, expecting: identity, server: settings.server)
      #expect(try pair.expectRefusal(by: .client).verification?.code == code)
    }
  }

  @Test func `pins of another length and none at all are refused`() {
    for count in [0, 20, 31, 33, 64] {
      let error = refusal(of: .pins([.publicKey(sha256: text(count))]))
      #expect(error?.code == .invalidConfiguration)
      #expect(error?.message.contains("\(count) bytes") == true)
    }
    #expect(refusal(of: .pins([]))?.message == "an empty set of pins accepts nobody")
  }

  @Test func `a pinned identity needs pins`() throws {
    let context = try TLSContext(Settings().client)
    let error = #expect(throws: TLSError.self) { try TLSEngine(context, as: .client(.pinned())) }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test(arguments: versions)
  func `anyone is accepted if that is what was asked for`(version: ProtocolVersion) throws {
    let settings = Settings(version).mutual.changed {
      $0.client.trust = .acceptAnyoneInsecurely
      $0.server.trust = .acceptAnyoneInsecurely
      $0.client.identities = [Settings.strangeUser.identity]
    }
    let pair = try EnginePair(
      client: settings.client, expecting: .name("example.org"), server: settings.server)
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates.first?.subject == "CN=stranger")
  }

  private func refusal(of trust: Trust) -> TLSError? {
    let settings = Settings().changed { $0.client.trust = trust }
    return #expect(throws: TLSError.self) { try TLSContext(settings.client) }
  }

  /// What a client sees of an identity.
  private func certificate(of identity: TestIdentity) throws -> Certificate? {
    let settings = Settings().mutual.changed {
      $0.client.trust = .acceptAnyoneInsecurely
      $0.server.identities = [identity.identity]
    }
    let pair = try settings.pair()
    try pair.settle()
    return pair.client.engine.negotiated?.peerCertificates.first
  }
}
