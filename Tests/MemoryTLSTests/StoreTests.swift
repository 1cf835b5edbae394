@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Certificates and keys that OpenSSL's stores answer for a URI.
@Suite(.withAllAndNeededAlgorithms) struct StoreTests {
  private static let leaf = fixture {
    try Settings.authority.issue(.authority, "Intermediate")
      .issue(.server, names: [.dns("localhost")])
  }

  private func failure(_ identity: Identity) -> TLSError? {
    let settings = Settings().changed { $0.server.identities = [identity] }
    return #expect(throws: TLSError.self) { try TLSContext(settings.server) }
  }

  @Test(arguments: TestIdentity.Key.allCases, versions)
  func `a chain and a key come from file URIs`(
    key: TestIdentity.Key, version: ProtocolVersion
  ) throws {
    let directory = try TemporaryDirectory()
    let leaf = try Settings.authority.issue(.authority, "Intermediate")
      .issue(.server, names: [.dns("localhost")], key: key)
    let keys = [
      try directory.write(leaf.privateKey, as: "key.der"),
      try directory.write(try leaf.privateKeyPEM(), as: "key.pem"),
      try directory.write(try leaf.privateKeyPEM(passphrase: "sésame"), as: "secret.pem"),
    ]
    let chain = try directory.write(try leaf.chainPEM, as: "chain.pem")
    let authority = try directory.write(
      try PEM.certificate(Settings.authority.certificate), as: "authority.pem")
    for path in keys {
      let pair = try Settings(version).changed {
        $0.server.identities = [
          Identity(
            chain: .store(uri: "file:" + chain), key: .store(uri: "file:" + path),
            passphrase: "sésame")
        ]
        $0.client.trust = .authorities(.store(uri: "file:" + authority))
      }.pair()
      try pair.settle()
      #expect(pair.client.engine.negotiated?.peerCertificates.map(\.der) == leaf.chain)
    }
  }

  @Test(.needsOpenSSLTool)
  func `a PKCS #12 file is a store too, and its chain is put in order`() throws {
    let directory = try TemporaryDirectory()
    let leaf = Self.leaf
    let path = directory.path + "/identity.p12"
    let others = try leaf.issuers.reversed().map { try PEM.certificate($0) }.joined()
    _ = try OpenSSLTool.run(
      "pkcs12", "-export", "-out", path, "-passout", "pass:sésame",
      "-in", try directory.write(try PEM.certificate(leaf.certificate), as: "leaf.pem"),
      "-inkey", try directory.write(try leaf.privateKeyPEM(), as: "key.pem"),
      "-certfile", try directory.write(others, as: "others.pem"))
    let store = Source.store(uri: "file:" + path)
    let pair = try Settings().changed {
      $0.server.identities = [Identity(chain: store, key: store, passphrase: "sésame")]
    }.pair()
    try pair.settle()
    let chain = [leaf.certificate] + leaf.issuers
    #expect(pair.client.engine.negotiated?.peerCertificates.map(\.der) == chain)
    for (passphrase, words) in [("open", "has another passphrase"), (nil, "has no passphrase")] {
      let error = failure(Identity(chain: store, key: store, passphrase: passphrase))
      #expect(error?.code == .wrongPassphrase, "\(error as Any)")
      #expect(error?.message.contains(words) == true, "\(error as Any)")
    }
  }

  @Test func `every flaw has its error, which names the URI`() throws {
    let directory = try TemporaryDirectory()
    let leaf = Self.leaf
    let key = try directory.write(try leaf.privateKeyPEM(), as: "key.pem")
    let secret = try directory.write(try leaf.privateKeyPEM(passphrase: "sésame"), as: "secret")
    let chain = try directory.write(try leaf.chainPEM, as: "chain.pem")
    let noise = try directory.write(text(100), as: "noise")
    let cases: [(Identity, TLSError.Code, String)] = [
      (
        with(key: "file:/absent.pem"), .unreadableFile, "cannot read file:/absent.pem: No such file"
      ),
      (with(key: "file:" + chain), .malformedKey, "no private key in file:" + chain),
      (with(key: "file:" + noise), .malformedKey, "file:" + noise),
      (with(key: "file:" + secret), .wrongPassphrase, "file:" + secret + " is encrypted"),
      (
        with(key: "file:" + secret, passphrase: "open"), .wrongPassphrase,
        "file:\(secret) has another passphrase"
      ),
      (with(key: "file:\0"), .unreadableFile, "cannot read file:"),
      (with(key: "file:key.pem"), .unreadableFile, "path must be absolute"),
      (with(key: ""), .unreadableFile, "cannot read : No such file"),
      (with(chain: "file:" + key), .emptyChain, "no certificate in file:" + key),
      (with(chain: "file:/absent.pem"), .unreadableFile, "cannot read file:/absent.pem"),
      (with(chain: "nowhere:1"), .unreadableFile, "cannot read nowhere:1"),
    ]
    for (identity, code, words) in cases {
      let error = failure(identity)
      #expect(error?.code == code, "\(words): \(error as Any)")
      #expect(error?.message.contains(words) == true, "\(words): \(error?.message ?? "")")
      #expect(error?.fault == .caller && error?.phase == nil)
    }
  }

  // Debian 12 has no provider for PKCS #11, so what a URI without one says is all there is to see.
  @Test func `a PKCS #11 URI without a provider is an error that does not repeat the PIN`() throws {
    let uri = "pkcs11:token=vault;object=server;type=private?pin-value=123456&module-name=x"
    let error = failure(with(key: uri))
    #expect(error?.code == .unreadableFile && error?.fault == .caller)
    #expect(error?.message.contains("pkcs11:token=vault;object=server") == true)
    #expect(
      error?.message.contains("no active provider of OpenSSL loads such") == true, "\(error as Any)"
    )
    #expect(error?.message.contains("pin-value=…&module-name=x") == true)
    #expect(error?.stack.contains { $0.data.contains("123456") } == false)
    #expect(!"\(with(key: uri))".contains("123456"))
  }

  private func with(
    chain: String? = nil, key: String? = nil, passphrase: String? = nil
  ) -> Identity {
    Identity(
      chain: chain.map { .store(uri: $0) } ?? .bytes(Self.leaf.certificate),
      key: key.map { .store(uri: $0) } ?? .bytes(Self.leaf.privateKey), passphrase: passphrase)
  }
}
