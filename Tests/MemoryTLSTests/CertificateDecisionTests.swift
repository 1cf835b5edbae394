import MemoryTLS
import MemoryTLSTesting
import Testing

/// Ends that choose their certificate when somebody wants to see it.
@Suite(.withAllAndNeededAlgorithms) struct CertificateDecisionTests {
  @Test(arguments: versions, wires)
  func `a server chooses when it knows who is asked for`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let settings = Settings(version).changed {
      $0.server.identities = []
      $0.server.decisions = .certificate
      $0.client.signatureSchemes = [.ecdsaSecp256r1SHA256, .rsaPSSRSAESHA256]
    }
    let pair = try settings.pair(wire)
    var seen: CertificateRequest?
    pair.server.decider = { decision, engine throws(TLSError) in
      guard case .certificate(let request) = decision else { return }
      seen = request
      try engine.present(Settings.localhost.identity)
    }
    try pair.settle()
    #expect(seen?.serverName == "localhost" && seen?.authorities == [])
    #expect(seen?.signatureSchemes == [.ecdsaSecp256r1SHA256, .rsaPSSRSAESHA256])
    #expect(pair.client.engine.negotiated?.peerCertificates.first?.subject == "CN=test")
  }

  @Test(arguments: versions, wires)
  func `a client chooses when it knows who is believed`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Settings(version).mutual.changed {
      $0.client.decisions = .certificate
      $0.client.identities = [Settings.strangeUser.identity]
    }.pair(wire)
    var seen: CertificateRequest?
    pair.client.decider = { decision, engine throws(TLSError) in
      guard case .certificate(let request) = decision else { return }
      seen = request
      try engine.present(Settings.user.identity)
    }
    try pair.settle()
    #expect(seen?.authorities.map(\.description) == ["CN=Test CA"])
    #expect(seen?.authorities.first?.der.first == 0x30 && seen?.serverName == "localhost")
    #expect(seen?.signatureSchemes.contains(.ecdsaSecp256r1SHA256) == true)
    #expect(pair.server.engine.negotiated?.peerCertificates.map(\.subject) == ["CN=user"])
  }

  @Test(arguments: versions)
  func `a client that is not asked has nothing to decide`(version: ProtocolVersion) throws {
    let pair = try Settings(version).changed { $0.client.decisions = .certificate }.pair()
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates == [])
  }

  @Test(arguments: versions, bothRoles)
  func `nil and proceed() go on with the configuration's`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    for answer in [{ try $0.present(nil) }, { try $0.proceed() }] as [(TLSEngine) throws -> Void] {
      let pair = try Settings(version).mutual.changed {
        if isServer {
          $0.server.decisions = .certificate
        } else {
          $0.client.decisions = .certificate
        }
      }.pair()
      #expect(throws: PairFailure.self) { try pair.settle() }
      try answer(isServer ? pair.server.engine : pair.client.engine)
      try pair.settle()
      #expect(pair.server.engine.negotiated?.peerCertificates.map(\.subject) == ["CN=user"])
    }
  }

  @Test func `a server that has none and gets none fails, and says so`() throws {
    for version in versions {
      let pair = try Settings(version).changed {
        $0.server.identities = []
        $0.server.decisions = .certificate
      }.pair()
      pair.server.decider = { _, engine throws(TLSError) in try engine.present(nil) }
      try pair.expectRefusal(by: .server, .handshakeFailure)
    }
  }

  @Test func `an identity that cannot be read leaves the decision open`() throws {
    let pair = try Settings().changed { $0.server.decisions = .certificate }.pair()
    #expect(throws: PairFailure.self) { try pair.settle() }
    let engine = pair.server.engine
    let bad = [
      (Identity(chain: .pem("-"), key: .pem("-")), TLSError.Code.malformedKey),
      (
        Identity(chain: Settings.localhost.identity.chain, key: .bytes(Settings.user.privateKey)),
        .keyMismatch
      ),
    ]
    for (identity, code) in bad {
      let error = #expect(throws: TLSError.self) { try engine.present(identity) }
      #expect(error?.code == code && engine.decision?.kind == "certificate")
    }
    try engine.present(Settings.localhost.identity)
    try pair.settle()
  }

  @Test(.needsOpenSSLTool)
  func `an identity that OpenSSL refuses costs nobody the configured ones`() throws {
    let directory = try TemporaryDirectory()
    let (chain, key) = (directory.path + "/cert.pem", directory.path + "/key.pem")
    // Below security level 2, which Debian has, and 1, which is OpenSSL's own.
    _ = try OpenSSLTool.run(
      "req", "-x509", "-newkey", "rsa:512", "-nodes", "-subj", "/CN=weak", "-keyout", key, "-out",
      chain)
    let pair = try Settings().changed { $0.server.decisions = .certificate }.pair()
    #expect(throws: PairFailure.self) { try pair.settle() }
    let weak = Identity(chain: .file(chain), key: .file(key))
    let error = #expect(throws: TLSError.self) { try pair.server.engine.present(weak) }
    #expect(error?.code == .invalidConfiguration && pair.server.engine.decision != nil)
    try pair.server.engine.present(nil)
    try pair.settle()
    #expect(pair.client.engine.negotiated?.peerCertificates.first?.subject == "CN=test")
  }

  @Test(arguments: versions, bothRoles)
  func `a refusal is always an internal_error`(version: ProtocolVersion, isServer: Bool) throws {
    let pair = try Settings(version).mutual.changed {
      if isServer { $0.server.decisions = .certificate } else { $0.client.decisions = .certificate }
    }.pair()
    let decider = { (_: Decision, engine: TLSEngine) throws(TLSError) in
      try engine.refuse(.handshakeFailure)
    }
    if isServer { pair.server.decider = decider } else { pair.client.decider = decider }
    #expect(throws: PairFailure.self) { try pair.settle() }
    let (end, peer) = isServer ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(end.error?.code == .refused && end.error?.alert?.alert == .internalError)
    #expect(peer.error?.alert?.alert == .internalError)
  }
}
