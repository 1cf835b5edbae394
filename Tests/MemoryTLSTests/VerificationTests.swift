import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// How chains are verified, beyond whom to believe.
@Suite(.withAllAndNeededAlgorithms) struct VerificationTests {
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
      #expect(try refusal(of: refused, atServer: isServer)?.alert?.alert == .unknownCA)
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
    #expect(try refusal(of: settings)?.verification?.code == 20)
  }

  @Test(arguments: versions)
  func `a chain deeper than allowed is refused`(version: ProtocolVersion) throws {
    let settings = Settings(version).changed { $0.server.identities = [Self.leaf.identity] }
    for depth in [1, 2, 100] {
      let fits = settings.changed { $0.client.verification.maximumDepth = depth }
      #expect(throws: Never.self) { try fits.pair().settle() }
    }
    let error = try refusal(of: settings.changed { $0.client.verification.maximumDepth = 0 })
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
      let error = try refusal(of: misfit, atServer: isServer)
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
      let error = try refusal(of: late, atServer: isServer)
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
      let error = try refusal(of: settings)
      #expect(error?.alert?.alert == .unknownCA)
      #expect(error?.message.contains("issuer certificate (depth ") == true)
      let pair = try settings.changed { $0.client.verification.partialChains = .accepted }.pair()
      try pair.settle()
      #expect(pair.client.engine.verifiedChain.map(\.subject).contains(subject))
    }
  }

  @Test func `what cannot be meant is refused when a context is made`() throws {
    let list = try Settings.emptyRevocationList
    let pins = Trust.pins([.certificate(sha256: text(32))])
    func refusal(
      _ trust: Trust = Settings.authority.trust, _ change: (inout Verification) -> Void
    ) -> TLSError? {
      var configuration = TLSConfiguration.ofTest
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
}
