import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// What is believed of stapled OCSP responses.
@Suite(.withAllAndNeededAlgorithms) struct StapledResponseTests {
  @Test(arguments: versions, [OCSPStapling.request, .require])
  func `whoever is revoked or unknown is refused`(
    version: ProtocolVersion, wanted: OCSPStapling
  ) throws {
    let authority = Settings.authority
    let revoked = try authority.ocspResponse(for: Settings.localhost, status: .revoked)
    try expectRefusedStaple(
      Settings(version, stapling: revoked, wanted: wanted).pair(),
      "certificate revoked, as the stapled OCSP response says: keyCompromise",
      X509_V_ERR_CERT_REVOKED)
    let unknown = try authority.ocspResponse(for: Settings.localhost, status: .unknown)
    try expectRefusedStaple(
      Settings(version, stapling: unknown, wanted: wanted).pair(),
      "certificate unknown, as the stapled OCSP response says", X509_V_ERR_OCSP_CERT_UNKNOWN)
  }

  @Test(arguments: versions)
  func `a response out of force is refused`(version: ProtocolVersion) throws {
    for validity: Range<Int64> in [0..<1_000_000, 4_000_000_000..<5_000_000_000] {
      let late = try Settings.authority.ocspResponse(for: Settings.localhost, validity: validity)
      try expectRefusedStaple(
        Settings(version, stapling: late, wanted: .request).pair(),
        "the stapled OCSP response is not in force")
    }
  }

  @Test func `dates are looked at as of the time asked for, give or take five minutes`() throws {
    let begin: Int64 = 1_700_000_000
    let response = try Settings.authority.ocspResponse(
      for: Settings.localhost, validity: begin..<begin + 1001)
    for time in [begin - 300, begin, begin + 500, begin + 1300] {
      let settings = Settings(.tls13, stapling: response, wanted: .require).changed {
        $0.client.verification.time = time
      }
      #expect(throws: Never.self) { try settings.pair().settle() }
    }
    for time in [begin - 301, begin + 1301] {
      let settings = Settings(.tls13, stapling: response, wanted: .require).changed {
        $0.client.verification.time = time
      }
      try expectRefusedStaple(
        settings.pair(), "the stapled OCSP response is not in force")
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
      let settings = Settings(.tls13, stapling: response, wanted: .require).changed {
        $0.client.verification.time = time
      }
      let pair = try settings.pair()
      if fits {
        try pair.settle()
      } else {
        try expectRefusedStaple(
          settings.pair(), "the stapled OCSP response is not in force")
      }
    }
  }

  @Test(arguments: versions)
  func `whom the issuer charged may sign, and nobody else`(version: ProtocolVersion) throws {
    let (authority, leaf) = (Settings.authority, Settings.localhost)
    let responder = try authority.issue(.ocspResponder, "Responder")
    let delegated = try authority.ocspResponse(for: leaf, responder: responder)
    #expect(throws: Never.self) {
      try Settings(version, stapling: delegated, wanted: .require).pair().settle()
    }
    let past: Range<Int64> = 0..<1_000_000
    let others = try [
      authority.issue(.server, "no responder"), authority.issue(.authority, "Middle"),
      Settings.stranger, Settings.stranger.issue(.ocspResponder), TestIdentity.authority(),
      authority.issue(.ocspResponder, "expired", validity: past),
    ]
    for other in others {
      let response = try authority.ocspResponse(for: leaf, responder: other)
      try expectRefusedStaple(
        Settings(version, stapling: response, wanted: .request).pair(),
        "the stapled OCSP response is not signed for its")
    }
  }

  @Test(arguments: versions)
  func `an intermediate answers for what it issued`(version: ProtocolVersion) throws {
    let middle = try Settings.authority.issue(.authority, "Middle")
    let leaf = try middle.issue(.server, "leaf", names: [.dns("localhost")])
    let response = try middle.ocspResponse(for: leaf)
    let settings = Settings(version, stapling: response, wanted: .require, to: leaf)
    #expect(throws: Never.self) { try settings.pair().settle() }
    // The root may not answer for the intermediate.
    let root = try middle.ocspResponse(for: leaf, responder: Settings.authority)
    try expectRefusedStaple(
      Settings(version, stapling: root, wanted: .require, to: leaf).pair(),
      "the stapled OCSP response is not signed for its")
  }

  @Test(arguments: versions)
  func `what is no response about the certificate is refused`(version: ProtocolVersion) throws {
    let other = try Settings.authority.ocspResponse(for: Settings.user)
    let serial = try Certificate(der: Settings.localhost.certificate).serialNumber
    let forged = Settings.goodResponse.replacing(
      serial, with: serial.dropLast() + [(serial.last ?? 0) ^ 1])
    let responses: [([UInt8], String)] = [
      (other, "is about other certificates"), (text(100), "is malformed"),
      (Settings.goodResponse + [0], "is malformed"),
      (Array(Settings.goodResponse.dropLast()), "is malformed"),
      (forged, "is not signed for its issuer"), ([0x30, 3, 10, 1, 3], "is an error: trylater"),
      ([0x30, 3, 10, 1, 0], "is not signed for its issuer"),
    ]
    for (response, words) in responses {
      let context = try TLSContext(Settings(version).server)
      Staple.install(response, in: context)
      let client = try TLSContext(Settings(version, stapling: nil, wanted: .request).client)
      let pair = try EnginePair(client: client, server: context)
      try expectRefusedStaple(
        pair, "the stapled OCSP response \(words)", X509_V_ERR_OCSP_VERIFY_FAILED)
      #expect(pair.client.engine.stapledOCSPResponse == response)
    }
  }

  @Test func `a response changed anywhere is refused or accepted, and never traps`() throws {
    let context = try TLSContext(Settings(.tls13).server)
    let client = try TLSContext(Settings(.tls13, stapling: nil, wanted: .require).client)
    for index in stride(from: 0, to: Settings.goodResponse.count, by: 3) {
      var changed = Settings.goodResponse
      changed[index] ^= 0x55
      Staple.install(changed, in: context)
      let pair = try EnginePair(client: client, server: context)
      do throws(PairFailure) { try pair.settle() } catch {
        #expect(error.client?.code == .verificationFailed)
        #expect(error.server?.alert?.alert == .badCertificateStatusResponse)
      }
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
    let ours = try directory.write(Settings.goodResponse, as: "ours.der")
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
}
