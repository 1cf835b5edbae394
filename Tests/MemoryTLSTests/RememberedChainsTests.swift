import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Chains whose signatures are verified once.
@Suite(.withAllAndNeededAlgorithms) struct RememberedChainsTests {
  private static let root = fixture { try TestIdentity.authority("Root", validity: 1000..<5000) }
  private static let middle = fixture {
    try root.issue(.authority, "Middle", validity: 1000..<4000)
  }
  private static let leaf = fixture {
    try middle.issue(.server, "leaf", names: localhost, validity: 1000..<3000)
  }
  private static let localhost: [Certificate.Name] = [.dns("localhost")]

  /// A client that remembers, of a server with an intermediate.
  private static var settings: Settings {
    Settings().changed {
      $0.client.trust = root.trust
      $0.client.verification.time = 2000
      $0.client.verification.rememberedChains = 4
      $0.server.identities = [leaf.identity]
    }
  }

  @Test(arguments: versions, bothRoles)
  func `signatures of a chain are verified once`(version: ProtocolVersion, isServer: Bool) throws {
    let settings = Settings(version).mutual.changed {
      $0[isServer].verification.rememberedChains = 4
    }
    let contexts = try Reunion(settings)
    let end = isServer ? contexts.server : contexts.client
    let chains = try #require(end.handle.verifier.rememberedChains)
    for round in 0..<3 {
      let pair = try contexts.meet()
      #expect(chains.hits == round && chains.count == 1)
      let engine = isServer ? pair.server.engine : pair.client.engine
      #expect(engine.verifiedChain.count == 2 && engine.negotiated?.peerCertificates.count == 1)
    }
    let other = isServer ? contexts.client : contexts.server
    #expect(other.handle.verifier.rememberedChains == nil)
  }

  @Test(arguments: Change.allCases)
  func `what a context finds wrong it finds wrong in a chain that it remembers`(
    change: Change
  ) throws {
    let warm = try Reunion(Self.settings)
    let chains = try #require(warm.client.handle.verifier.rememberedChains)
    for _ in 0..<2 { _ = try warm.meet() }
    #expect(chains.hits == 1)
    let cold = try Reunion(Self.settings.changed { $0.client.verification.rememberedChains = 0 })
    let errors = try [warm, cold].map { try change.refusal(in: $0) }
    #expect(errors[0].verification?.code == change.code)
    #expect(errors[0].verification == errors[1].verification && errors[0] == errors[1])
    #expect(errors[0].message == errors[1].message)
    #expect(chains.count == 1)
    try change.undo(in: warm.client)
    _ = try warm.meet()
  }

  /// What can go wrong with a chain later, in the sight of one context.
  enum Change: CaseIterable {
    case leafExpired, middleExpired, rootExpired, lastSecond, tooEarly
    case revoked, middleRevoked, noList, otherName, otherPurpose, otherDepth, strongerKeys

    var code: Int {
      switch self {
      case .leafExpired, .middleExpired, .rootExpired, .lastSecond: 10
      case .tooEarly: 9
      case .revoked, .middleRevoked: 23
      case .noList: 3
      case .otherName: 62
      case .otherPurpose: 26
      case .otherDepth: 22
      case .strongerKeys: 66
      }
    }

    private var time: Int? {
      switch self {
      case .leafExpired: 3500
      case .middleExpired: 4500
      case .rootExpired: 5500
      case .lastSecond: 2999
      case .tooEarly: 999
      default: nil
      }
    }

    fileprivate func refusal(in contexts: Reunion) throws -> TLSError {
      let parameters = SSL_CTX_get0_param(contexts.client.handle.pointer)
      if let time { X509_VERIFY_PARAM_set_time(parameters, time) }
      switch self {
      case .revoked, .middleRevoked, .noList:
        X509_VERIFY_PARAM_set_flags(parameters, RememberedChainsTests.revocationFlags)
        if self != .noList { try addLists(to: contexts.client) }
      case .otherPurpose: X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT)
      case .otherDepth: X509_VERIFY_PARAM_set_depth(parameters, 0)
      case .strongerKeys: X509_VERIFY_PARAM_set_auth_level(parameters, 5)
      default: break
      }
      let name = self == .otherName ? "elsewhere" : "localhost"
      let pair = try EnginePair(
        client: contexts.client, expecting: .name(name), server: contexts.server)
      return try pair.expectRefusal(by: .client)
    }

    private func addLists(to context: TLSContext) throws {
      let lists = try [
        root.revocationList(
          revoking: self == .middleRevoked ? [middle] : [], validity: 1000..<9000),
        middle.revocationList(revoking: self == .revoked ? [leaf] : [], validity: 1000..<9000),
      ]
      let store = SSL_CTX_get_cert_store(context.handle.pointer)
      for list in try lists.flatMap({ try Source.bytes($0).revocationLists() }) {
        #expect(X509_STORE_add_crl(store, list.pointer) == 1)
      }
    }

    fileprivate func undo(in context: TLSContext) throws {
      let parameters = SSL_CTX_get0_param(context.handle.pointer)
      X509_VERIFY_PARAM_set_time(parameters, 2000)
      X509_VERIFY_PARAM_clear_flags(parameters, RememberedChainsTests.revocationFlags)
      X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER)
      X509_VERIFY_PARAM_set_depth(parameters, 100)
      X509_VERIFY_PARAM_set_auth_level(parameters, -1)
    }
  }

  private static let revocationFlags = CUnsignedLong(
    X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL)

  @Test func `another signature on any certificate is another chain`() throws {
    let contexts = try Reunion(Self.settings)
    let chains = try #require(contexts.client.handle.verifier.rememberedChains)
    for _ in 0..<2 { _ = try contexts.meet() }
    let (leaf, middle) = (Self.leaf, Self.middle)
    let forged = [
      [leaf.tampered.certificate, middle.certificate],
      [leaf.certificate, middle.tampered.certificate],
    ]
    for chain in forged {
      let server = try Self.server(chain)
      let error = try EnginePair(client: contexts.client, server: server)
        .expectRefusal(by: .client)
      #expect(error.verification?.code == 7)
    }
    #expect(chains.hits == 1 && chains.count == 1)
    _ = try contexts.meet()
    #expect(chains.hits == 2)
  }

  @Test func `another chain to the same certificate is another chain`() throws {
    // Authorities of the same name and two keys.
    let twin = try TestIdentity.authority("Root", validity: 1000..<5000)
    let other = try twin.issue(.server, "leaf", names: Self.localhost, validity: 1000..<3000)
    let contexts = try Reunion(Self.settings)
    _ = try contexts.meet()
    let server = try Self.server([other.certificate], key: other)
    let error = try EnginePair(client: contexts.client, server: server).expectRefusal(by: .client)
    #expect([7, 20].contains(error.verification?.code))
    let both = try Reunion(
      Self.settings.changed {
        $0.client.verification.additionalAuthorities = [.bytes(twin.certificate)]
      })
    let chains = try #require(both.client.handle.verifier.rememberedChains)
    for context in [both.server, server, both.server, server] {
      try EnginePair(client: both.client, server: context).settle()
    }
    #expect(chains.hits == 2 && chains.count == 2)
  }

  @Test func `another authority at the end is another chain`() throws {
    // Of one name and one key; by the time, OpenSSL chooses the one or the other.
    let first = try TestIdentity.authority("Root", validity: 1000..<3000, seed: 7)
    let second = try TestIdentity.authority("Root", validity: 4000..<9000, seed: 7)
    let leaf = try first.issue(.server, "leaf", names: Self.localhost, validity: 1000..<9000)
    let contexts = try Reunion(
      Self.settings.changed {
        $0.client.trust = .authorities(.bytes(first.certificate))
        $0.client.verification.additionalAuthorities = [.bytes(second.certificate)]
        $0.server.identities = [leaf.identity]
      })
    let chains = try #require(contexts.client.handle.verifier.rememberedChains)
    for (time, count) in [(2000, 1), (5000, 2)] {
      X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(contexts.client.handle.pointer), time)
      for _ in 0..<2 { _ = try contexts.meet() }
      #expect(chains.hits == count && chains.count == count)
    }
  }

  @Test func `what flags ask for is part of what is remembered`() throws {
    let contexts = try Reunion(Self.settings)
    let chains = try #require(contexts.client.handle.verifier.rememberedChains)
    _ = try contexts.meet()
    let parameters = SSL_CTX_get0_param(contexts.client.handle.pointer)
    X509_VERIFY_PARAM_set_flags(parameters, CUnsignedLong(X509_V_FLAG_CHECK_SS_SIGNATURE))
    _ = try contexts.meet()
    #expect(chains.hits == 0 && chains.count == 2)
  }

  @Test func `what a hook accepts insecurely is not remembered`() throws {
    let contexts = try Reunion(
      Self.settings.changed {
        $0.server.identities = [Self.leaf.tampered.identity]
        $0.client.verification.hook = VerificationHook { _ in .acceptedInsecurely }
      })
    let chains = try #require(contexts.client.handle.verifier.rememberedChains)
    for _ in 0..<2 { _ = try contexts.meet() }
    #expect(chains.hits == 0 && chains.count == 0)
  }

  @Test func `hooks and decisions see remembered chains as they see others`() throws {
    let seen = Locked<[PeerChain]>([])
    let contexts = try Reunion(
      Self.settings.changed {
        $0.client.decisions = [.peerCertificate]
        $0.client.verification.hook = VerificationHook { chain in
          seen.withLock { $0.append(chain) }
          return .standsAsItIs
        }
      })
    let chains = try #require(contexts.client.handle.verifier.rememberedChains)
    var judged: [PeerChain] = []
    for _ in 0..<3 {
      let pair = try EnginePair(client: contexts.client, server: contexts.server)
      pair.client.decider = { (decision: Decision, engine: TLSEngine) throws(TLSError) in
        if case .peerCertificate(let chain) = decision { judged.append(chain) }
        try engine.accept()
      }
      try pair.settle()
      #expect(pair.client.engine.verifiedChain.map(\.subject).first == "CN=leaf")
      #expect(pair.client.engine.verifiedChain.count == 3)
    }
    #expect(judged.count == 3 && judged == seen.withLock { $0 })
    #expect(Set(judged).count == 1)
    #expect(chains.hits >= 2 && chains.count == 1)
  }

  @Test func `as many chains are remembered as asked for`() throws {
    let settings = Self.settings.changed { $0.client.verification.rememberedChains = 2 }
    let client = try TLSContext(settings.client)
    let chains = try #require(client.handle.verifier.rememberedChains)
    let servers = try (0..<3).map { number in
      let leaf = try Self.root.issue(
        .server, "\(number)", names: Self.localhost, validity: 1000..<3000)
      return try Self.server(leaf.chain, key: leaf)
    }
    for (server, hits) in zip([0, 1, 0, 2, 0, 1, 2], [0, 0, 1, 1, 2, 2, 2]) {
      try EnginePair(client: client, server: servers[server]).settle()
      #expect(chains.hits == hits && chains.count <= 2)
    }
  }

  @Test func `counts out of range are refused, and so is any where no chain is verified`() throws {
    for count in [-1, 65_537, .min, .max] {
      let settings = Settings().changed { $0.client.verification.rememberedChains = count }
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.client) }
      #expect(error?.message == "\(count) remembered chains are not within 0...65536")
    }
    for trust in [Trust.acceptAnyoneInsecurely, .pins([.certificate(sha256: text(32))])] {
      let settings = Settings().changed {
        $0.client.trust = trust
        $0.client.verification.rememberedChains = 1
      }
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.client) }
      #expect(error?.code == .invalidConfiguration)
    }
  }

  @Test(arguments: versions)
  func `many threads share what is remembered`(version: ProtocolVersion) async throws {
    let crowd = try Crowd(
      Settings(version).mutual.changed {
        for isServer in bothRoles { $0[isServer].verification.rememberedChains = 2 }
        $0.server.tickets = .none
      })
    try await crowd.meet()
    for context in [crowd.contexts.client, crowd.contexts.server] {
      let chains = try #require(context.handle.verifier.rememberedChains)
      #expect(chains.count == 1 && chains.hits >= crowd.threads * (crowd.meetings - 1))
    }
  }

  private static func server(_ chain: [[UInt8]], key: TestIdentity = leaf) throws -> TLSContext {
    try TLSContext(
      settings.changed {
        $0.server.identities = [
          Identity(chain: .bytes(chain.flatMap { $0 }), key: .bytes(key.privateKey))
        ]
      }.server)
  }
}
