import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Proofs that a certificate was not revoked, stapled to it.
@Suite(.withAllAndNeededAlgorithms) struct OCSPStaplingTests {
  @Test(arguments: versions, wires)
  func `a response is stapled, verified and read`(version: ProtocolVersion, wire: Wire) throws {
    for wanted in [OCSPStapling.request, .require] {
      let pair = try Settings(version, stapling: Settings.goodResponse, wanted: wanted).pair(wire)
      try pair.settle()
      #expect(pair.client.engine.stapledOCSPResponse == Settings.goodResponse)
      #expect(pair.server.engine.stapledOCSPResponse == nil)
      pair.client.send(text(100))
      try pair.settle()
      #expect(pair.server.received == text(100))
    }
  }

  @Test(arguments: versions)
  func `nothing is stapled for a client that does not ask`(version: ProtocolVersion) throws {
    let pair = try Settings(version, stapling: Settings.goodResponse, wanted: .none).pair()
    try pair.settle()
    #expect(pair.client.engine.stapledOCSPResponse == nil)
  }

  @Test(arguments: versions)
  func `a server without a response is refused where one is required`(
    version: ProtocolVersion
  ) throws {
    let pair = try Settings(version, stapling: nil, wanted: .request).pair()
    try pair.settle()
    #expect(pair.client.engine.stapledOCSPResponse == nil)
    try expectRefusedStaple(
      Settings(version, stapling: nil, wanted: .require).pair(), "no OCSP response was stapled",
      X509_V_ERR_OCSP_VERIFY_NEEDED)
  }

  @Test(arguments: versions)
  func `where no chain was verified a response can be read`(version: ProtocolVersion) throws {
    let revoked = try Settings.authority.ocspResponse(for: Settings.localhost, status: .revoked)
    let hook = VerificationHook { _ in .acceptedInsecurely }
    let changes: [(inout TLSConfiguration) -> Void] = [
      { $0.trust = .acceptAnyoneInsecurely },
      { $0.trust = .pins([.certificate(sha256: Settings.localhost.fingerprint)]) },
      {
        $0.trust = Settings.stranger.trust
        $0.verification.hook = hook
      },
    ]
    for change in changes {
      let pair = try Settings(version, stapling: revoked, wanted: .request).changed {
        change(&$0.client)
      }.pair()
      try pair.settle()
      #expect(pair.client.engine.stapledOCSPResponse == revoked)
    }
  }

  @Test(arguments: versions)
  func `a hook sees the response where it comes with the chain`(version: ProtocolVersion) throws {
    let hook = VerificationHook { chain in
      #expect(chain.stapledOCSPResponse == (version == .tls13 ? Settings.goodResponse : nil))
      return .standsAsItIs
    }
    try Settings(version, stapling: Settings.goodResponse, wanted: .require).changed {
      $0.client.verification.hook = hook
    }.pair().settle()
  }

  @Test(arguments: versions)
  func `a resumed session needs no response, if it was made with one`(
    version: ProtocolVersion
  ) throws {
    let settings = Settings(version, stapling: Settings.goodResponse, wanted: .require).changed {
      $0.client.sessionStore = SessionStore()
    }
    let strict = try Reunion(settings)
    var careless = strict
    careless.client = try TLSContext(settings.changed { $0.client.ocspStapling = .none }.client)
    #expect(try !careless.meet().isResumed)
    #expect(try !strict.meet().isResumed)
    let pair = try strict.meet()
    #expect(pair.isResumed)
    #expect(pair.client.engine.stapledOCSPResponse == nil)
  }

  @Test func `what cannot be stapled is refused when a context is made`() throws {
    let directory = try TemporaryDirectory()
    func refusal(_ source: Source) -> TLSError? {
      let settings = Settings().changed { $0.server.identities[0].ocspResponse = source }
      return #expect(throws: TLSError.self) { try TLSContext(settings.server) }
    }
    for bytes in [[], text(50), Settings.localhost.certificate, [0x30, 3, 10, 1, 3]] {
      let error = refusal(.bytes(bytes))
      #expect(error?.code == .malformedOCSPResponse)
      #expect(error?.message == "(\(bytes.count) bytes) is no OCSP response in DER")
    }
    #expect(refusal(.file(directory.path + "/absent"))?.code == .unreadableFile)
    let other = refusal(.bytes(try Settings.authority.ocspResponse(for: Settings.user)))
    #expect(other?.message.hasSuffix("says nothing of CN=test") == true)
    let anyone = Settings().changed {
      $0.client.trust = .acceptAnyoneInsecurely
      $0.client.ocspStapling = .require
    }
    let error = #expect(throws: TLSError.self) { try TLSContext(anyone.client) }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test(arguments: versions)
  func `each identity has its own response`(version: ProtocolVersion) throws {
    let rsa = try Settings.authority.issue(.server, names: [.dns("localhost")], key: .rsa2048)
    let other = try Settings.authority.ocspResponse(for: rsa)
    for (suite, response) in [(CipherSuite.ecdheECDSA, Settings.goodResponse), (.ecdheRSA, other)] {
      let settings = Settings(version, stapling: Settings.goodResponse, wanted: .require).changed {
        $0.server.identities.append(rsa.identity)
        $0.server.identities[1].ocspResponse = .bytes(other)
        if version == .tls12 { $0.client.cipherSuites = [suite] }
        if suite == .ecdheRSA { $0.client.signatureSchemes = [.rsaPSS] }
      }
      let pair = try settings.pair()
      try pair.settle()
      #expect(pair.client.engine.stapledOCSPResponse == response)
    }
  }

  @Test(arguments: versions)
  func `an identity that is presented has its response too`(version: ProtocolVersion) throws {
    let leaf = try Settings.authority.issue(.server, "late", names: [.dns("localhost")])
    let late = try Settings.authority.ocspResponse(for: leaf)
    for response in [late, nil] {
      var identity = leaf.identity
      identity.ocspResponse = response.map { .bytes($0) }
      let pair = try Settings(version, stapling: Settings.goodResponse, wanted: .request).changed {
        $0.server.decisions = .certificate
      }.pair()
      pair.server.decider = { _, engine throws(TLSError) in try engine.present(identity) }
      try pair.settle()
      #expect(pair.client.engine.stapledOCSPResponse == response)
    }
  }
}

extension CipherSuite {
  fileprivate static let ecdheECDSA = CipherSuite(rawValue: 0xC02B)
  fileprivate static let ecdheRSA = CipherSuite(rawValue: 0xC02F)
}

extension SignatureScheme {
  fileprivate static let rsaPSS = SignatureScheme(rawValue: 0x0804)
}
