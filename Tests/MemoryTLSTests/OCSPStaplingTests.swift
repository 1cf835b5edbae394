import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Proofs that a certificate was not revoked, stapled to it.
@Suite struct OCSPStaplingTests {
  private static let good = fixture {
    try Settings.authority.ocspResponse(for: Settings.localhost)
  }

  @Test(arguments: versions, wires)
  func `a response is stapled, verified and read`(version: ProtocolVersion, wire: Wire) throws {
    for wanted in [OCSPStapling.request, .require] {
      let pair = try settings(version, Self.good, wanted).pair(wire)
      try pair.settle()
      #expect(pair.client.engine.stapledOCSPResponse == Self.good)
      #expect(pair.server.engine.stapledOCSPResponse == nil)
      pair.client.send(text(100))
      try pair.settle()
      #expect(pair.server.received == text(100))
    }
  }

  @Test(arguments: versions)
  func `nothing is stapled for a client that does not ask`(version: ProtocolVersion) throws {
    let pair = try settings(version, Self.good, .none).pair()
    try pair.settle()
    #expect(pair.client.engine.stapledOCSPResponse == nil)
  }

  @Test(arguments: versions)
  func `a server without a response is refused where one is required`(
    version: ProtocolVersion
  ) throws {
    let pair = try settings(version, nil, .request).pair()
    try pair.settle()
    #expect(pair.client.engine.stapledOCSPResponse == nil)
    try expectRefusal(
      settings(version, nil, .require), "no OCSP response was stapled",
      X509_V_ERR_OCSP_VERIFY_NEEDED)
  }

  @Test(arguments: versions, [OCSPStapling.request, .require])
  func `whoever is revoked or unknown is refused`(
    version: ProtocolVersion, wanted: OCSPStapling
  ) throws {
    let authority = Settings.authority
    let revoked = try authority.ocspResponse(for: Settings.localhost, status: .revoked)
    try expectRefusal(
      settings(version, revoked, wanted),
      "certificate revoked, as the stapled OCSP response says: keyCompromise",
      X509_V_ERR_CERT_REVOKED)
    let unknown = try authority.ocspResponse(for: Settings.localhost, status: .unknown)
    try expectRefusal(
      settings(version, unknown, wanted),
      "certificate unknown, as the stapled OCSP response says", X509_V_ERR_OCSP_CERT_UNKNOWN)
  }

  @Test(arguments: versions)
  func `a response out of force is refused`(version: ProtocolVersion) throws {
    for validity: Range<Int64> in [0..<1_000_000, 4_000_000_000..<5_000_000_000] {
      let late = try Settings.authority.ocspResponse(for: Settings.localhost, validity: validity)
      try expectRefusal(
        settings(version, late, .request), "the stapled OCSP response is not in force")
    }
  }

  @Test func `dates are looked at as of the time asked for, give or take five minutes`() throws {
    let begin: Int64 = 1_700_000_000
    let response = try Settings.authority.ocspResponse(
      for: Settings.localhost, validity: begin..<begin + 1001)
    for time in [begin - 300, begin, begin + 500, begin + 1300] {
      let settings = settings(.tls13, response, .require).changed {
        $0.client.verification.time = time
      }
      #expect(throws: Never.self) { try settings.pair().settle() }
    }
    for time in [begin - 301, begin + 1301] {
      let settings = settings(.tls13, response, .require).changed {
        $0.client.verification.time = time
      }
      try expectRefusal(settings, "the stapled OCSP response is not in force")
    }
  }

  @Test func `a response without an end is in force for a day`() throws {
    let begin: Int64 = 1_700_000_000
    let (authority, leaf) = (Settings.authority, Settings.localhost.certificate)
    let issuer = IssuedCertificate(
      certificate: authority.certificate, privateKey: authority.privateKey)
    let response = try issuer.ocspResponse(
      for: leaf, of: authority.certificate, .good, thisUpdate: begin, nextUpdate: nil)
    for (time, fits) in [(begin + 86_700, true), (begin + 86_701, false), (nil, false)] {
      let settings = settings(.tls13, response, .require).changed {
        $0.client.verification.time = time
      }
      let pair = try settings.pair()
      if fits {
        try pair.settle()
      } else {
        try expectRefusal(settings, "the stapled OCSP response is not in force")
      }
    }
  }

  @Test(arguments: versions)
  func `whom the issuer charged may sign, and nobody else`(version: ProtocolVersion) throws {
    let (authority, leaf) = (Settings.authority, Settings.localhost)
    let responder = try authority.issue(.ocspResponder, "Responder")
    let delegated = try authority.ocspResponse(for: leaf, responder: responder)
    #expect(throws: Never.self) { try settings(version, delegated, .require).pair().settle() }
    let past: Range<Int64> = 0..<1_000_000
    let others = try [
      authority.issue(.server, "no responder"), authority.issue(.authority, "Middle"),
      Settings.stranger, Settings.stranger.issue(.ocspResponder), TestIdentity.authority(),
      authority.issue(.ocspResponder, "expired", validity: past),
    ]
    for other in others {
      let response = try authority.ocspResponse(for: leaf, responder: other)
      try expectRefusal(
        settings(version, response, .request), "the stapled OCSP response is not signed for its")
    }
  }

  @Test(arguments: versions)
  func `an intermediate answers for what it issued`(version: ProtocolVersion) throws {
    let middle = try Settings.authority.issue(.authority, "Middle")
    let leaf = try middle.issue(.server, "leaf", names: [.dns("localhost")])
    let response = try middle.ocspResponse(for: leaf)
    let settings = settings(version, response, .require, of: leaf)
    #expect(throws: Never.self) { try settings.pair().settle() }
    // The root may not answer for the intermediate.
    let root = try middle.ocspResponse(for: leaf, responder: Settings.authority)
    try expectRefusal(
      self.settings(version, root, .require, of: leaf),
      "the stapled OCSP response is not signed for its")
  }

  @Test(arguments: versions)
  func `what is no response about the certificate is refused`(version: ProtocolVersion) throws {
    let other = try Settings.authority.ocspResponse(for: Settings.user)
    let serial = try Certificate(der: Settings.localhost.certificate).serialNumber
    let forged = Self.good.replacing(serial, with: serial.dropLast() + [(serial.last ?? 0) ^ 1])
    let responses: [([UInt8], String)] = [
      (other, "is about other certificates"), (text(100), "is malformed"),
      (Self.good + [0], "is malformed"), (Array(Self.good.dropLast()), "is malformed"),
      (forged, "is not signed for its issuer"), ([0x30, 3, 10, 1, 3], "is an error: trylater"),
      ([0x30, 3, 10, 1, 0], "is not signed for its issuer"),
    ]
    for (response, words) in responses {
      let context = try TLSContext(Settings(version).server)
      Staple.install(response, in: context)
      let client = try TLSContext(settings(version, nil, .request).client)
      let pair = try EnginePair(client: client, server: context)
      try expectRefusal(pair, "the stapled OCSP response \(words)", X509_V_ERR_OCSP_VERIFY_FAILED)
      #expect(pair.client.engine.stapledOCSPResponse == response)
    }
  }

  @Test func `a response changed anywhere is refused or accepted, and never traps`() throws {
    let context = try TLSContext(Settings(.tls13).server)
    let client = try TLSContext(settings(.tls13, nil, .require).client)
    for index in stride(from: 0, to: Self.good.count, by: 3) {
      var changed = Self.good
      changed[index] ^= 0x55
      Staple.install(changed, in: context)
      let pair = try EnginePair(client: client, server: context)
      do throws(PairFailure) { try pair.settle() } catch {
        #expect(error.client?.code == .verificationFailed)
        #expect(error.server?.alert?.alert == .badCertificateStatusResponse)
      }
    }
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
      let pair = try settings(version, revoked, .request).changed { change(&$0.client) }.pair()
      try pair.settle()
      #expect(pair.client.engine.stapledOCSPResponse == revoked)
    }
  }

  @Test(arguments: versions)
  func `a hook sees the response where it comes with the chain`(version: ProtocolVersion) throws {
    let hook = VerificationHook { chain in
      #expect(chain.stapledOCSPResponse == (version == .tls13 ? Self.good : nil))
      return .standsAsItIs
    }
    try settings(version, Self.good, .require).changed {
      $0.client.verification.hook = hook
    }.pair().settle()
  }

  @Test(arguments: versions)
  func `a resumed session needs no response`(version: ProtocolVersion) throws {
    let settings = settings(version, Self.good, .require)
    let (client, server) = (try TLSContext(settings.client), try TLSContext(settings.server))
    let first = try EnginePair(client: client, server: server)
    try first.settle()
    first.server.send(text(10))
    try first.settle()
    let session = SSL_get1_session(first.client.engine.connection.ssl)
    defer { SSL_SESSION_free(session) }
    let second = try EnginePair(client: client, server: server)
    SSL_set_session(second.client.engine.connection.ssl, session)
    try second.settle()
    #expect(second.client.engine.negotiated?.resumed == true)
    #expect(second.client.engine.stapledOCSPResponse == nil)
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
    for (suite, response) in [(CipherSuite.ecdheECDSA, Self.good), (.ecdheRSA, other)] {
      let settings = settings(version, Self.good, .require).changed {
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

  @Test(.needsOpenSSLTool) func `the openssl program believes our responses, and we its own`()
    throws
  {
    let directory = try TemporaryDirectory()
    let (authority, leaf) = (Settings.authority, Settings.localhost)
    let root = try directory.write(authority.rootPEM, as: "ca.pem")
    let key = try directory.write(authority.privateKeyPEM(), as: "ca-key.pem")
    let file = try directory.write(leaf.chainPEM, as: "leaf.pem")
    let ours = try directory.write(Self.good, as: "ours.der")
    let names = ["-issuer", root, "-cert", file]
    let shown = try OpenSSLTool.run(["ocsp", "-respin", ours, "-CAfile", root] + names)
    #expect(shown.contains("leaf.pem: good"))
    let serial = try Certificate(der: leaf.certificate).serialNumber
    let line = "V\t20490101000000Z\t\t\(hexadecimal(serial).uppercased())\tunknown\t/CN=test\n"
    let index = try directory.write(line, as: "index.txt")
    let request = directory.path + "/request.der"
    let theirs = directory.path + "/theirs.der"
    _ = try OpenSSLTool.run(["ocsp", "-reqout", request, "-no_nonce"] + names)
    _ = try OpenSSLTool.run(
      ["ocsp", "-index", index, "-CA", root, "-rsigner", root, "-rkey", key, "-ndays", "3650"]
        + ["-reqin", request, "-respout", theirs])
    let settings = Settings().changed {
      $0.server.identities[0].ocspResponse = .file(theirs)
      $0.client.ocspStapling = .require
    }
    #expect(throws: Never.self) { try settings.pair().settle() }
  }

  private func settings(
    _ version: ProtocolVersion, _ response: [UInt8]?, _ wanted: OCSPStapling,
    of leaf: TestIdentity = Settings.localhost
  ) -> Settings {
    Settings(version).changed {
      $0.server.identities = [leaf.identity]
      $0.server.identities[0].ocspResponse = response.map { .bytes($0) }
      $0.client.ocspStapling = wanted
    }
  }

  private func expectRefusal(_ settings: Settings, _ words: String, _ code: CInt? = nil) throws {
    try expectRefusal(settings.pair(), words, code)
  }

  private func expectRefusal(_ pair: EnginePair, _ words: String, _ code: CInt? = nil) throws {
    #expect(throws: PairFailure.self) { try pair.settle() }
    let error = try #require(pair.client.error)
    #expect(error.code == .verificationFailed && error.fault == .peer)
    #expect(error.message.contains("certificate not accepted: \(words)"))
    #expect(error.message.contains(" (depth 0, CN="))
    #expect(error.alert?.alert == .badCertificateStatusResponse)
    #expect(error.verification?.depth == 0)
    if let code { #expect(error.verification?.code == Int(code)) }
    #expect(pair.server.error?.alert?.alert == .badCertificateStatusResponse)
  }
}

extension CipherSuite {
  fileprivate static let ecdheECDSA = CipherSuite(rawValue: 0xC02B)
  fileprivate static let ecdheRSA = CipherSuite(rawValue: 0xC02F)
}

extension SignatureScheme {
  fileprivate static let rsaPSS = SignatureScheme(rawValue: 0x0804)
}

/// Makes a server's context staple any bytes, which our own settings refuse. The bytes stay.
private enum Staple {
  static func install(_ bytes: [UInt8], in context: TLSContext) {
    let box = Unmanaged.passRetained(Box(bytes)).toOpaque()
    COpenSSL_SSL_CTX_set_tlsext_status_arg(context.handle.pointer, box)
    COpenSSL_SSL_CTX_set_tlsext_status_cb(context.handle.pointer) { ssl, argument in
      guard let argument else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      let bytes = Unmanaged<Box>.fromOpaque(argument).takeUnretainedValue().bytes
      let copy = CRYPTO_memdup(bytes, bytes.count, "", 0)
      COpenSSL_SSL_set_tlsext_status_ocsp_resp(ssl, copy, bytes.count)
      return SSL_TLSEXT_ERR_OK
    }
  }

  private final class Box {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }
}
