import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// How chains are verified, beyond whom to believe.
@Suite struct VerificationTests {
  private static let middle = fixture { try Settings.authority.issue(.authority, "Middle") }
  private static let leaf = fixture { try middle.issue(.server, "leaf", names: localhost) }
  private static let localhost: [Certificate.Name] = [.dns("localhost")]

  @Test(arguments: versions, bothRoles)
  func `additional authorities are believed beside those of the trust`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let directory = try TemporaryDirectory()
    let trusts: [Trust] = [
      .authorities(.bytes(Settings.stranger.certificate)), .directory(directory.path), .system,
    ]
    for trust in trusts {
      let settings = Settings(version).mutual.changed {
        $0[isServer].trust = trust
        $0[isServer].verification.additionalAuthorities = [
          .bytes(Self.middle.certificate), .pem(fixture { try Settings.authority.rootPEM }),
        ]
      }
      #expect(throws: Never.self) { try settings.pair().settle() }
      let refused = settings.changed { $0[isServer].verification.additionalAuthorities = [] }
      #expect(try failure(of: refused, atServer: isServer)?.alert?.alert == .unknownCA)
    }
  }

  @Test func `authorities added to the system's stay out of the store that contexts share`() throws
  {
    let settings = Settings().changed { $0.client.trust = .system }
    let shared = try TLSContext(settings.client)
    let own = try TLSContext(
      settings.changed {
        $0.client.verification.additionalAuthorities = [.bytes(Settings.authority.certificate)]
      }.client)
    #expect(
      SSL_CTX_get_cert_store(shared.handle.pointer) != SSL_CTX_get_cert_store(own.handle.pointer))
    #expect(try failure(of: settings)?.verification?.code == 20)
  }

  @Test(arguments: versions, bothRoles)
  func `a revoked certificate is refused by name, depth and reason`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let (user, leaf) = (Settings.user, Settings.localhost)
    let list = try Settings.authority.revocationList(revoking: [isServer ? user : leaf])
    let settings = Settings(version).mutual.changed {
      $0[isServer].verification.revocationLists = [.bytes(list)]
      $0[isServer].verification.revocation = .leaf
    }
    let error = try failure(of: settings, atServer: isServer)
    let subject = isServer ? "CN=user" : "CN=test"
    #expect(
      error?.message
        == "peer's certificate not accepted: certificate revoked (depth 0, \(subject))")
    #expect(error?.alert?.alert == .certificateRevoked)
    let others = settings.changed {
      $0[isServer].verification.revocationLists = [.bytes(fixture { try Self.emptyList })]
    }
    #expect(throws: Never.self) { try others.pair().settle() }
  }

  @Test(arguments: versions)
  func `a revoked intermediate is found where the whole chain is checked`(
    version: ProtocolVersion
  ) throws {
    let lists = try [
      Settings.authority.revocationList(revoking: [Self.middle]), Self.middle.revocationList(),
    ]

    let directory = try TemporaryDirectory()
    let settings = Settings(version).changed {
      $0.server.identities = [Self.leaf.identity]
      $0.client.verification.revocationLists = [.bytes(lists[0] + lists[1])]
      $0.client.verification.revocation = .leaf
    }
    #expect(throws: Never.self) { try settings.pair().settle() }
    let whole = settings.changed { $0.client.verification.revocation = .chain }
    let error = try failure(of: whole)
    #expect(error?.message.hasSuffix("certificate revoked (depth 1, CN=Middle)") == true)
    let file = try directory.write(lists[0] + lists[1], as: "lists.crl")
    let fromFile = whole.changed { $0.client.verification.revocationLists = [.file(file)] }
    #expect(try failure(of: fromFile)?.verification?.code == 23)
  }

  @Test func `a certificate without a list in force is refused`() throws {
    let authority = Settings.authority
    let past: Range<Int64> = 0..<1_000_000
    let future: Range<Int64> = 4_000_000_000..<5_000_000_000
    let lists = [
      (try Settings.stranger.revocationList(), 3, "unable to get certificate CRL"),
      (try authority.revocationList(validity: past), 12, "CRL has expired"),
      (try authority.revocationList(validity: future), 11, "CRL is not yet valid"),
      (try Self.forgedList, 8, "CRL signature failure"),
    ]
    for (list, code, reason) in lists {
      let error = try failure(
        of: Settings().changed {
          $0.client.verification.revocationLists = [.bytes(list)]
          $0.client.verification.revocation = .leaf
        })
      #expect(error?.verification?.code == code)
      #expect(error?.message.hasSuffix("\(reason) (depth 0, CN=test)") == true)
    }
  }

  @Test(.needsOpenSSLTool) func `lists of the openssl program are read, and it reads ours`() throws
  {
    let directory = try TemporaryDirectory()
    let authority = Settings.authority
    let root = try directory.write(authority.rootPEM, as: "ca.pem")
    let key = try directory.write(authority.privateKeyPEM(), as: "ca-key.pem")
    let serial = try Certificate(der: Settings.localhost.certificate).serialNumber
    let index = "R\t20490101000000Z\t200101000000Z\t\(hexadecimal(serial).uppercased())"
    let database = try directory.write(index + "\tunknown\t/CN=test\n", as: "index.txt")
    let configuration = try directory.write(
      """
      [ca]
      default_ca = this
      [this]
      database = \(database)
      default_md = sha256
      default_crl_days = 3650

      """, as: "ca.cnf")
    let list = directory.path + "/list.pem"
    _ = try OpenSSLTool.run(
      "ca", "-gencrl", "-config", configuration, "-cert", root, "-keyfile", key, "-out", list)
    let settings = Settings().changed {
      $0.client.verification.revocationLists = [.file(list)]
      $0.client.verification.revocation = .leaf
    }
    #expect(try failure(of: settings)?.verification?.code == 23)
    let good = try directory.write(
      authority.revocationList(revoking: [Settings.user]), as: "good.crl")
    let leaf = try directory.write(Settings.localhost.chainPEM, as: "leaf.pem")
    let user = try directory.write(Settings.user.chainPEM, as: "user.pem")
    let arguments = ["-CAfile", root, "-CRLfile", good, "-crl_check"]
    #expect(try OpenSSLTool.status(["verify"] + arguments + [leaf]) == 0)
    #expect(try OpenSSLTool.status(["verify"] + arguments + [user]) == 2)
  }

  @Test(arguments: versions)
  func `a chain deeper than allowed is refused`(version: ProtocolVersion) throws {
    let settings = Settings(version).changed { $0.server.identities = [Self.leaf.identity] }
    for depth in [1, 2, 100] {
      let fits = settings.changed { $0.client.verification.maximumDepth = depth }
      #expect(throws: Never.self) { try fits.pair().settle() }
    }
    let error = try failure(of: settings.changed { $0.client.verification.maximumDepth = 0 })
    #expect(error?.alert?.alert == .unknownCA)
    #expect(error?.message.hasSuffix("certificate chain too long (depth 1, CN=Middle)") == true)
  }

  @Test(arguments: versions, bothRoles)
  func `a certificate is good for its purpose, or for the one asked for`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let misused = try Settings.authority.issue(isServer ? .server : .client, names: Self.localhost)
    let settings = Settings(version).mutual.changed {
      $0[!isServer].identities = [misused.identity]
    }
    let fitting: [Verification.Purpose] = [.any, isServer ? .server : .client]
    for purpose in fitting {
      let fits = settings.changed { $0[isServer].verification.purpose = purpose }
      #expect(throws: Never.self) { try fits.pair().settle() }
    }
    for purpose in [Verification.Purpose.byRole, .email, isServer ? .client : .server] {
      let misfit = settings.changed { $0[isServer].verification.purpose = purpose }
      let error = try failure(of: misfit, atServer: isServer)
      #expect(error?.alert?.alert == .unsupportedCertificate)
      #expect(
        error?.message.hasSuffix("unsuitable certificate purpose (depth 0, CN=test)") == true)
    }
  }

  @Test(arguments: versions, bothRoles)
  func `dates are looked at as of the time asked for`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let old = try Settings.authority.issue(
      isServer ? .client : .server, names: Self.localhost,
      validity: 1_600_000_000..<1_600_000_100)
    let settings = Settings(version).mutual.changed { $0[!isServer].identities = [old.identity] }
    for time: Int64 in [1_600_000_000, 1_600_000_050, 1_600_000_098] {
      let fits = settings.changed { $0[isServer].verification.time = time }
      #expect(throws: Never.self) { try fits.pair().settle() }
    }
    let misfits: [(Int64?, String, Alert)] = [
      (1_599_999_999, "certificate is not yet valid", .badCertificate),
      // For OpenSSL a certificate has expired in its last second (X509_cmp_time(3)).
      (1_600_000_099, "certificate has expired", .certificateExpired),
      (nil, "certificate has expired", .certificateExpired),
      (-1, "certificate is not yet valid", .badCertificate),
      (253_402_300_799, "certificate has expired", .certificateExpired),
    ]
    for (time, reason, alert) in misfits {
      let late = settings.changed { $0[isServer].verification.time = time }
      let error = try failure(of: late, atServer: isServer)
      #expect(error?.alert?.alert == alert)
      #expect(error?.message.contains("\(reason) (depth ") == true)
    }
  }

  @Test(arguments: versions)
  func `a partial chain is refused unless that is asked for`(version: ProtocolVersion) throws {
    for (anchor, subject) in [(Self.middle, "CN=Middle"), (Self.leaf, "CN=leaf")] {
      let settings = Settings(version).changed {
        $0.server.identities = [Self.leaf.identity]
        $0.client.trust = .authorities(.bytes(anchor.certificate))
      }
      let error = try failure(of: settings)
      #expect(error?.alert?.alert == .unknownCA)
      #expect(error?.message.contains("issuer certificate (depth ") == true)
      let pair = try settings.changed { $0.client.verification.partialChains = .accepted }.pair()
      try pair.settle()
      #expect(pair.client.engine.verifiedChain.map(\.subject).contains(subject))
    }
  }

  @Test func `what cannot be meant is refused when a context is made`() throws {
    let list = try Self.emptyList
    let pins = Trust.pins([.certificate(sha256: text(32))])
    func refusal(
      _ trust: Trust = Settings.authority.trust, _ change: (inout Verification) -> Void
    ) -> TLSError? {
      var configuration = TLSConfiguration()
      configuration.trust = trust
      change(&configuration.verification)
      return #expect(throws: TLSError.self) { try TLSContext(configuration) }
    }
    for depth in [-1, 101, .max] {
      let error = refusal { $0.maximumDepth = depth }
      #expect(error?.message == "maximum depth of \(depth) is not within 0...100")
    }
    for time: Int64 in [.min, .max, 253_402_300_800] {
      #expect(refusal { $0.time = time }?.message.hasPrefix("time \(time) is not") == true)
    }
    #expect(refusal { $0.revocation = .leaf }?.message.hasSuffix("no revocation lists") == true)
    #expect(
      refusal { $0.revocationLists = [.bytes(list)] }?.message.hasSuffix("is unchecked") == true)
    for trust in [pins, .acceptAnyoneInsecurely] {
      #expect(refusal(trust) { $0.purpose = .any }?.code == .invalidConfiguration)
      #expect(refusal(trust) { $0.maximumDepth = 3 }?.code == .invalidConfiguration)
    }
    let noAuthority = refusal { $0.additionalAuthorities = [.bytes([])] }
    #expect(noAuthority?.code == .emptyChain)
  }

  @Test func `malformed lists have their errors`() throws {
    let list = try Self.emptyList
    let sources: [(Source, String)] = [
      (.bytes(list.dropLast()), "neither PEM nor DER"), (.bytes(list + [0]), "neither PEM"),
      (.bytes(text(100)), "neither PEM nor DER"), (.bytes([]), "no revocation list in (0 bytes)"),
      (.bytes(Settings.authority.certificate), "neither PEM nor DER"),
      (.pem(try Settings.authority.rootPEM), "no revocation list in"),
      (.pem("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"), "is malformed"),
    ]
    for (source, words) in sources {
      let settings = Settings().changed {
        $0.client.verification.revocationLists = [source]
        $0.client.verification.revocation = .leaf
      }
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.client) }
      #expect(error?.code == .malformedRevocationList)
      #expect(error?.message.contains(words) == true)
      #expect(ERR_peek_error() == 0)
    }
  }

  private static var emptyList: [UInt8] { get throws { try Settings.authority.revocationList() } }

  /// With another signature.
  private static var forgedList: [UInt8] {
    get throws {
      var list = try emptyList
      list[list.count - 1] ^= 1
      return list
    }
  }

  private func failure(of settings: Settings, atServer: Bool = false) throws -> TLSError? {
    let pair = try settings.pair()
    #expect(throws: PairFailure.self) { try pair.settle() }
    let (end, other) = atServer ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(end.error?.code == .verificationFailed)
    #expect(other.error?.code == .alertReceived)
    return end.error
  }
}

extension Settings {
  /// One end's: the server's for true.
  fileprivate subscript(isServer: Bool) -> TLSConfiguration {
    get { isServer ? server : client }
    set { if isServer { server = newValue } else { client = newValue } }
  }
}
