import MemoryTLS
import MemoryTLSTesting
import Testing

/// What an engine proves itself with, in every form.
@Suite(.withAllAndNeededAlgorithms) struct IdentityTests {
  private static let ec = Settings.localhost
  private static let rsa = fixture { try issue("rsa", .rsa2048) }
  private static let ed25519 = fixture { try issue("ed25519", .ed25519) }

  private static func issue(_ name: String, _ key: TestIdentity.Key) throws -> TestIdentity {
    try Settings.authority.issue(.server, name, names: [.dns("localhost")], key: key)
  }

  @Test(arguments: [SignatureScheme.ecdsaSecp256r1SHA256, .rsaPSSRSAESHA256, .ed25519])
  func `of several identities the client's signature schemes choose`(
    scheme: SignatureScheme
  ) throws {
    // The certificates themselves are signed with ECDSA.
    let authority = SignatureScheme.ecdsaSecp256r1SHA256
    let pair = try Settings(.tls13).changed {
      $0.server.identities = [Self.ec, Self.rsa, Self.ed25519].map(\.identity)
      $0.client.signatureSchemes = [scheme] + (scheme == authority ? [] : [authority])
      $0.server.signatureSchemes = $0.client.signatureSchemes
    }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.signatureScheme == scheme)
    #expect(pair.server.engine.negotiated?.signatureScheme == scheme)
  }

  @Test func `in TLS 1.2 the cipher suite chooses`() throws {
    for (suite, identity) in [(0xC02B, Self.ec), (0xC02F, Self.rsa)] as [(UInt16, TestIdentity)] {
      let pair = try Settings(.tls12).changed {
        $0.server.identities = [Self.rsa, Self.ec].map(\.identity)
        $0.client.cipherSuites = [CipherSuite(rawValue: suite)]
      }.pair()
      try pair.settle()
      #expect(pair.client.engine.negotiated?.peerCertificates.first?.der == identity.certificate)
    }
  }

  @Test(arguments: TestIdentity.Key.allCases)
  func `PEM and DER, bytes and files`(key: TestIdentity.Key) throws {
    let directory = try TemporaryDirectory()
    let issuer = try Settings.authority.issue(.authority, "Intermediate")
    let identity = try issuer.issue(.server, names: [.dns("localhost")], key: key)
    let (chain, pem) = (identity.chain.flatMap { $0 }, try identity.chainPEM)
    let keyPEM = try identity.privateKeyPEM()
    let chains: [Source] = [
      .bytes(chain), .pem(pem), .file(try directory.write(chain, as: "chain.der")),
      .file(try directory.write(pem, as: "chain.pem")), .pem("a comment\n" + pem + keyPEM),
    ]
    let keys: [Source] = [
      .bytes(identity.privateKey), .pem(keyPEM),
      .file(try directory.write(identity.privateKey, as: "key.der")),
      .file(try directory.write(keyPEM, as: "key.pem")), .pem(pem + keyPEM),
    ]
    for (chain, key) in zip(chains, keys) {
      let pair = try Settings(.tls13).changed {
        $0.server.identities = [Identity(chain: chain, key: key)]
      }.pair()
      try pair.settle()
      #expect(pair.client.engine.negotiated?.peerCertificates.map(\.der) == identity.chain)
    }
  }

  @Test(arguments: TestIdentity.Key.allCases)
  func `an encrypted key needs its passphrase`(key: TestIdentity.Key) throws {
    let identity = try Self.issue("secret", key)
    let pem = try identity.privateKeyPEM(passphrase: "sésame")
    #expect(pem.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
    let chain = Source.bytes(identity.certificate)
    func context(_ passphrase: String?) throws -> TLSContext {
      try TLSContext(
        Settings().changed {
          $0.server.identities = [Identity(chain: chain, key: .pem(pem), passphrase: passphrase)]
        }.server)
    }
    #expect(throws: Never.self) { try context("sésame") }
    let wrong = #expect(throws: TLSError.self) { try context("open") }
    #expect(wrong?.code == .wrongPassphrase && wrong?.fault == .caller)
    #expect(wrong?.message.contains("has another passphrase") == true)
    let missing = #expect(throws: TLSError.self) { try context(nil) }
    #expect(missing?.code == .wrongPassphrase)
    #expect(missing?.message.contains("has no passphrase") == true)
    for odd in ["", String(repeating: "x", count: 5000)] {
      #expect(throws: TLSError.self) { try context(odd) }
    }
  }

  @Test(.needsOpenSSLTool, arguments: ["PEM", "DER"])
  func `an encrypted PKCS #8 key of another program is opened in PEM and DER`(form: String) throws {
    let directory = try TemporaryDirectory()
    let plain = try directory.write(try Self.ec.privateKeyPEM(), as: "key.pem")
    let path = directory.path + "/key"
    func failure(_ passphrase: String?) -> TLSError? {
      let settings = Settings().changed {
        $0.server.identities = [
          Identity(
            chain: .bytes(Self.ec.certificate), key: .file(path), passphrase: passphrase)
        ]
      }
      do throws(TLSError) { _ = try TLSContext(settings.server) } catch { return error }
      return nil
    }
    for cipher in [["-v2", "aes-128-cbc"], ["-v1", "PBE-SHA1-3DES"], ["-scrypt"]] {
      _ = try OpenSSLTool.run(
        ["pkcs8", "-topk8", "-in", plain, "-outform", form, "-out", path]
          + ["-passout", "pass:sésame"] + cipher)
      #expect(failure("sésame") == nil, "\(cipher)")
      #expect(failure("open")?.message == "private key \(path) has another passphrase")
      #expect(
        failure(nil)?.message == "private key \(path) is encrypted and has no passphrase")
    }
    // RC2 is in OpenSSL's legacy provider, which the program loads for this.
    _ = try OpenSSLTool.run(
      ["pkcs8", "-topk8", "-in", plain, "-outform", form, "-out", path]
        + ["-passout", "pass:sésame", "-v1", "PBE-SHA1-RC2-40"]
        + ["-provider", "legacy", "-provider", "default"])
    let old = failure("sésame")
    #expect(old?.code == .invalidConfiguration, "\(old as Any)")
    #expect(old?.message.contains("needs RC2-40-CBC") == true, "\(old as Any)")
  }

  @Test func `a passphrase for a key that is not encrypted does no harm`() throws {
    var identity = Self.ec.identity
    identity.passphrase = "unused"
    let settings = Settings().changed { $0.server.identities = [identity] }
    #expect(throws: Never.self) { try TLSContext(settings.server) }
  }

  @Test func `every flaw has its error`() throws {
    let directory = try TemporaryDirectory()
    let der = Self.ec.certificate
    let pem = try Self.ec.chainPEM
    let broken = pem.replacing("MII", with: "!!!", maxReplacements: 1)
    let cases: [(Identity, TLSError.Code, String)] = [
      (with(key: .bytes(Settings.user.privateKey)), .keyMismatch, "does not belong to"),
      (with(key: .bytes(Self.rsa.privateKey)), .keyMismatch, "CN=test"),
      (with(chain: .bytes([])), .emptyChain, "(0 bytes)"),
      (with(chain: .pem(try Self.ec.privateKeyPEM())), .emptyChain, "no certificate in"),
      (with(chain: .bytes(text(100))), .malformedCertificate, "neither PEM nor DER"),
      (with(chain: .bytes(der.dropLast())), .malformedCertificate, "neither PEM nor DER"),
      (with(chain: .bytes(der + [1])), .malformedCertificate, "neither PEM nor DER"),
      (with(chain: .pem(broken)), .malformedCertificate, "is malformed"),
      (with(chain: .pem(String(pem.dropLast(40)))), .malformedCertificate, "is malformed"),
      (with(chain: .file("/absent.pem")), .unreadableFile, "/absent.pem: No such file"),
      (with(chain: .file("/dev/null\0.pem")), .unreadableFile, "cannot read /dev/null"),
      (with(chain: .file(directory.path)), .unreadableFile, directory.path),
      (with(key: .bytes([])), .malformedKey, "(0 bytes)"),
      (with(key: .bytes(text(100))), .malformedKey, "neither PEM nor DER"),
      (with(key: .bytes(der)), .malformedKey, "neither PEM nor DER"),
      (with(key: .pem(pem)), .malformedKey, "is malformed"),
      (with(key: .file("/absent.key")), .unreadableFile, "/absent.key: No such file"),
    ]
    for (identity, code, words) in cases {
      let settings = Settings().changed { $0.server.identities = [identity] }
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.server) }
      #expect(error?.code == code, "\(words)")
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
      #expect(error?.fault == .caller && error?.phase == nil)
    }
  }

  @Test func `two identities with one type of key are refused`() throws {
    let settings = Settings().changed {
      $0.server.identities = [Self.ec.identity, Settings.localhost.identity]
    }
    let error = #expect(throws: TLSError.self) { try TLSContext(settings.server) }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("two identities") == true)
  }

  @Test func `a server needs one, a client does not`() throws {
    let context = try TLSContext(Settings().client)
    let error = #expect(throws: TLSError.self) { try TLSEngine(context, as: .server) }
    #expect(error?.code == .invalidConfiguration && error?.fault == .caller)
    #expect(throws: Never.self) { try TLSEngine(context, as: .client(.name("localhost"))) }
  }

  @Test func `intermediates that are left out are not added from the trust store`() throws {
    let issuer = try Settings.authority.issue(.authority, "Intermediate")
    let leaf = try issuer.issue(.server, names: [.dns("localhost")])
    let bundle = Source.bytes(Settings.authority.certificate + issuer.certificate)
    let pair = try Settings().changed {
      $0.server.identities = [
        Identity(chain: .bytes(leaf.certificate), key: .bytes(leaf.privateKey))
      ]
      $0.server.trust = .authorities(bundle)
    }.pair()
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.client.error?.code == .verificationFailed)
    #expect(pair.client.error?.verification?.depth == 0)
  }

  private func with(chain: Source? = nil, key: Source? = nil) -> Identity {
    var identity = Self.ec.identity
    identity.chain = chain ?? identity.chain
    if let key { identity.key = .source(key) }
    return identity
  }
}
