import MemoryTLS
import MemoryTLSTesting
import Synchronization

/// Two configurations that fit together. No input depends on the ones before it: contexts that keep
/// sessions are made anew for each, all others are rewound.
struct Scenario: Sendable {
  let name: String
  /// Whether there was a connection before, which this one resumes.
  var resumes = false
  /// Whom the client expects.
  var expected = ServerIdentity.name("localhost")
  private let configure: @Sendable (inout TLSConfiguration, inout TLSConfiguration) -> Void
  private static let idle = Mutex<[String: Contexts]>([:])

  private typealias Contexts = (client: TLSContext, server: TLSContext)

  /// `configure` changes the client's configuration and the server's.
  init(
    _ name: String, resumes: Bool = false, expecting expected: ServerIdentity = .name("localhost"),
    _ configure: @escaping @Sendable (inout TLSConfiguration, inout TLSConfiguration) -> Void
  ) {
    (self.name, self.resumes, self.expected) = (name, resumes, expected)
    self.configure = configure
  }

  /// The configurations, the client's first.
  func configurations() -> (client: TLSConfiguration, server: TLSConfiguration) {
    var (client, server) = (TLSConfiguration(), TLSConfiguration())
    client.trust = Credentials.authority.trust
    server.trust = Credentials.authority.trust
    server.identities = [Credentials.server.identity]
    configure(&client, &server)
    return (client, server)
  }

  /// Two engines that have not begun.
  func engines() throws(TLSError) -> (client: WatchedEngine, server: WatchedEngine) {
    let (client, server) = try contexts()
    return (
      try WatchedEngine(client, as: .client(expected)), try WatchedEngine(server, as: .server)
    )
  }

  /// One of them, which is as it would be beside the other.
  func engine(isServer: Bool) throws(TLSError) -> WatchedEngine {
    let (client, server) = try contexts()
    return isServer
      ? try WatchedEngine(server, as: .server) : try WatchedEngine(client, as: .client(expected))
  }

  /// Two contexts whose engines do the same again for the same input.
  private func contexts() throws(TLSError) -> Contexts {
    if let contexts = Self.idle.withLock({ $0[name] }) {
      contexts.client.rewind()
      contexts.server.rewind()
      return contexts
    }
    let configurations = configurations()
    let contexts = (
      client: try Self.context(configurations.client, seed: 1),
      server: try Self.context(configurations.server, seed: 2)
    )
    if resumes { try introduce(contexts.client, contexts.server) }
    let areKept = [configurations.client, configurations.server].allSatisfy(\.startsAfresh)
    if areKept, !resumes { Self.idle.withLock { $0[name] = contexts } }
    return contexts
  }

  private static func context(
    _ configuration: TLSConfiguration, seed: UInt64
  ) throws(TLSError) -> TLSContext {
    try TLSContext(configuration, entropy: .seeded(seed), clock: .fixed(1_700_000_000))
  }

  /// A connection that leaves a session behind.
  private func introduce(_ client: TLSContext, _ server: TLSContext) throws(TLSError) {
    let pair = try EnginePair(client: client, expecting: expected, server: server)
    pair.server.send([1])
    pair.server.close()
    pair.client.close()
    do { try pair.settle() } catch { preconditionFailure("\(name): \(error)") }
  }
}

extension TLSConfiguration {
  /// Whether a context knows nobody again (``MemoryTLS/TicketFormat/automatic``), and has no RSA key,
  /// which draws more bytes for every 32nd signature.
  fileprivate var startsAfresh: Bool {
    sessionStore == nil && ticketFormat == .automatic && clientCertificates == .none
      && earlyData == .none && !identities.contains(Credentials.rsaServer.identity)
  }
}

/// Who takes part, the same in every process.
enum Credentials {
  /// Ed25519, whose signatures are the same each time.
  static let authority = made { try TestIdentity.authority(key: .ed25519, seed: 1) }
  static let server = made { try authority.issue(.server, names: [.dns("localhost")]) }
  static let rsaServer = made {
    try authority.issue(.server, names: [.dns("localhost")], key: .rsa2048)
  }
  static let user = made { try authority.issue(.client, "user", key: .ed25519) }
  static let response = made { try authority.ocspResponse(for: server) }
  static let revocationList = made { try authority.revocationList() }
  /// What PKCS #12 files and keys are opened with.
  static let passphrase = "secret"
  static let psk = ExternalPSK(identity: "sensor", key: Array(1...32))
  static let ticketKey = made { try TicketKey(bytes: Array(1...80)) }

  private static func made<T>(_ make: () throws -> T) -> T {
    do { return try make() } catch { preconditionFailure("cannot be made: \(error)") }
  }
}
