@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Whatever is negotiated with all algorithms is negotiated with needed ones, and nothing else is.
@Suite struct SameAlgorithmsTests {
  @Test(arguments: versions)
  func `a client offers the same`(version: ProtocolVersion) throws {
    for hasLists in [false, true] {
      let offers = try Algorithms.allCases.map { algorithms in
        try Offer { settings in
          settings = Settings(version).using(algorithms)
          guard hasLists else { return }
          settings.client.cipherSuites = CipherSuite.registeredNames.keys.sorted()
            .map(CipherSuite.init(rawValue:)).filter(isKnown)
          settings.client.groups = knownGroups
        }
      }
      #expect(offers[0] == offers[1])
      #expect(offers[0].extensions.count > 6)
      #expect(offers[0].cipherSuites.count > (hasLists && version == .tls12 ? 70 : 2))
    }
  }

  @Test func `every cipher suite`() throws {
    var used = 0
    for suite in CipherSuite.registeredNames.keys.sorted().map(CipherSuite.init(rawValue:)) {
      let isUsed = try expectSame("\(suite)", [suite.isTLS13 ? .tls13 : .tls12]) {
        $0.cipherSuites = [suite]
        guard "\(suite)".contains("PSK") else { return }
        $0.preSharedKeys = PreSharedKeys([ExternalPSK(identity: "name", key: text(32))])
      }
      used += isUsed ? 1 : 0
    }
    #expect(used > 60)
  }

  @Test func `every group`() throws {
    let used = try NamedGroup.registeredNames.keys.sorted().filter { group in
      try expectSame("group \(group)") { $0.groups = [NamedGroup(rawValue: group)] }
    }
    #expect(used.count > 20)
  }

  @Test func `every signature scheme`() throws {
    let used = try SignatureScheme.registeredNames.keys.sorted().filter { scheme in
      try expectSame("scheme \(scheme)") {
        // The authority's own as well, or few chains are good for anybody.
        $0.signatureSchemes = [SignatureScheme(rawValue: scheme), .ecdsaSecp256r1SHA256]
      }
    }
    #expect(used.count > 12)
  }

  /// With any mixture of algorithms at both ends a handshake comes to the same; answers whether that is
  /// a connection, of either version.
  private func expectSame(
    _ what: String, _ versions: [ProtocolVersion] = versions,
    _ change: (inout TLSConfiguration) -> Void
  ) throws -> Bool {
    var isUsed = false
    for version in versions {
      let settings = Settings(version).mutual.changed {
        for isServer in bothRoles {
          $0[isServer].identities = isServer ? Self.servers : Self.clients
          change(&$0[isServer])
        }
      }
      let outcomes = settings.mixtures.map { HandshakeOutcome($0) }
      #expect(Set(outcomes).count == 1, "\(version) \(what): \(outcomes)")
      isUsed = isUsed || outcomes[0].isConnection
    }
    return isUsed
  }

  private static let servers = fixture { try identities(.server) }
  private static let clients = fixture { try identities(.client) }

  private static func identities(
    _ purpose: TestIdentity.Purpose
  ) throws(TLSError) -> [Identity] {
    var identities: [Identity] = []
    for key in TestIdentity.Key.allCases {
      let names = [Certificate.Name.dns("localhost")]
      identities.append(try Settings.authority.issue(purpose, names: names, key: key).identity)
    }
    return identities
  }
}

/// What a ClientHello offers, without what is new in each.
private struct Offer: Equatable {
  let cipherSuites: [CipherSuite]
  let compressionMethods: [UInt8]
  let extensions: [HelloExtension]
  let keyShares: Int

  init(_ change: (inout Settings) -> Void) throws {
    let hello = try #require(ClientHello(message: ClientHelloTests.message(change)))
    cipherSuites = hello.cipherSuites
    compressionMethods = hello.legacyCompressionMethods
    extensions = hello.extensions.filter { $0.type != .keyShare }
    keyShares = hello[.keyShare]?.count ?? 0
  }
}

/// Whether OpenSSL has heard of it.
private func isKnown(_ suite: CipherSuite) -> Bool {
  var configuration = TLSConfiguration()
  configuration.trust = .acceptAnyoneInsecurely
  configuration.cipherSuites.append(suite)
  return (try? TLSContext(configuration)) != nil
}

private let knownGroups = NamedGroup.registeredNames.keys.sorted()
  .map(NamedGroup.init(rawValue:)).filter { group in
    var configuration = TLSConfiguration()
    configuration.trust = .acceptAnyoneInsecurely
    configuration.groups = [group]
    return (try? TLSContext(configuration)) != nil
  }
