import COpenSSL
import Foundation
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Needed algorithms are found elsewhere, and are the same.
@Suite struct AlgorithmsTests {
  @Test(arguments: Algorithms.allCases)
  func `a peer's key is of the provider that was asked for`(algorithms: Algorithms) throws {
    let pair = try Settings().mutual.using(algorithms).pair()
    try pair.settle()
    for end in [pair.client, pair.server] {
      let leaf = SSL_get0_peer_certificate(end.engine.connection.ssl)
      let provider = EVP_PKEY_get0_provider(X509_get0_pubkey(leaf))
      let name = try String(cString: #require(OSSL_PROVIDER_get0_name(provider)))
      #expect(name == (algorithms == .all ? "default" : "memory-tls-needed"))
    }
  }

  @Test func `the trait runs a test with each`() async throws {
    let seen = Locked<[Algorithms]>([])
    try await AlgorithmsTrait().provideScope(for: #require(Test.current), testCase: nil) {
      let asked = Settings().client.algorithms
      seen.withLock { $0.append(asked) }
    }
    #expect(seen.withLock { $0 } == Algorithms.allCases)
  }

  @Test func `contexts and threads that come and go leave no memory behind`() async throws {
    let settings = Settings().mutual.using(.needed)
    func meet(_ rounds: Int) async throws {
      for _ in 0..<rounds {
        _ = try await onThreads(4) { _ in
          for _ in 0..<5 { try settings.pair().settle() }
        }
      }
    }
    try await meet(isSanitized ? 1 : 10)
    let before = residentBytes
    try await meet(isSanitized ? 1 : 50)
    guard let before, let after = residentBytes, !isSanitized else { return }
    // A context has 15,000 bytes, and a thread 12,000: 2,000 and 200 came and went.
    #expect(after - before <= 1 << 20)
  }

  @Test(arguments: versions, bothRoles)
  func `sessions are resumed whatever they came from`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let settings = Settings(version).mutual.telling.changed {
      $0.server.sessionStore = SessionStore()
    }
    for algorithms in Algorithms.allCases {
      var reunion = try Reunion(settings.using(algorithms))
      let session = try reunion.session()
      let other = settings.using(algorithms == .all ? .needed : .all)
      if isServer {
        reunion.server = try TLSContext(other.server)
      } else {
        reunion.client = try TLSContext(other.client)
      }
      let pair = try reunion.meet(resuming: session)
      #expect(pair.isResumed)
      #expect(pair.server.engine.negotiated?.peerCertificates.first?.subject == "CN=user")
    }
  }

  @Test(arguments: versions, Algorithms.allCases)
  func `a server goes on with a context of the other kind`(
    version: ProtocolVersion, algorithms: Algorithms
  ) throws {
    let settings = Settings(version).mutual.using(algorithms).changed {
      $0.server.decisions = [.clientHello]
    }
    let other = try TLSContext(settings.using(algorithms == .all ? .needed : .all).server)
    let pair = try settings.pair()
    pair.server.decider = { (_: Decision, engine: TLSEngine) throws(TLSError) in
      try engine.proceed(with: other)
    }
    try pair.settle()
    #expect(pair.server.engine.context === other)
  }

  @Test func `with a seed they are refused`() {
    let configuration = Settings().using(.needed).client
    let error = #expect(throws: TLSError.self) {
      try TLSContext(configuration, entropy: .seeded(1))
    }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message == "needed algorithms cannot be had with a seed")
  }

  @Test func `where the process would take others they are refused`() throws {
    let process = OSSL_LIB_CTX_new()
    defer { OSSL_LIB_CTX_free(process) }
    let outer = OSSL_LIB_CTX_set0_default(process)
    defer { OSSL_LIB_CTX_set0_default(outer) }
    defer { OPENSSL_thread_stop_ex(process) }
    var configuration = TLSConfiguration()
    configuration.algorithms = .needed
    configuration.trust = .acceptAnyoneInsecurely
    #expect(throws: Never.self) { try TLSContext(configuration) }
    #expect(EVP_set_default_properties(process, "fips=yes") == 1)
    let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
    #expect(error?.code == .invalidConfiguration && error?.fault == .caller)
    #expect(error?.message.contains("SHA1 is none in this process") == true, "\(error as Any)")
  }
}

/// What `openssl.cnf` says, in processes that have read none yet.
@Suite struct AlgorithmsConfigurationTests {
  @Test(arguments: Algorithms.allCases.map(\.isNeeded))
  func `its defaults for TLS hold`(isNeeded: Bool) async {
    await #expect(processExitsWith: .success) { [isNeeded] in
      try configure(
        """
        openssl_conf = main
        [main]
        ssl_conf = ssl
        [ssl]
        system_default = defaults
        [defaults]
        CipherString = DEFAULT@SECLEVEL=4
        Options = -SessionTicket
        """)
      let settings = Settings(.tls13).using(isNeeded ? .needed : .all)
      let context = try TLSContext(settings.client)
      #expect(SSL_CTX_get_security_level(context.handle.pointer) == 4)
      #expect(SSL_CTX_get_options(context.handle.pointer) & COpenSSL_SSL_OP_NO_TICKET != 0)
      // The server's key is of 128 bits.
      #expect(throws: TLSError.self) { try TLSContext(settings.server) }
    }
  }

  @Test func `another provider's algorithms are not evaded`() async {
    await #expect(processExitsWith: .success) {
      try configure(
        """
        openssl_conf = main
        [main]
        providers = providers
        alg_section = algorithms
        [providers]
        default = active
        [active]
        activate = 1
        [algorithms]
        default_properties = fips=yes
        """)
      var configuration = TLSConfiguration()
      configuration.trust = .acceptAnyoneInsecurely
      configuration.algorithms = .needed
      let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
      #expect(error?.code == .invalidConfiguration)
    }
  }

  @Test func `the legacy provider beside the default one changes nothing`() async {
    await #expect(processExitsWith: .success) {
      try configure(
        """
        openssl_conf = main
        [main]
        providers = providers
        [providers]
        legacy = active
        default = active
        [active]
        activate = 1
        """)
      let pair = try Settings().mutual.using(.needed).pair()
      try pair.settle()
      #expect(pair.client.engine.negotiated != nil)
    }
  }
}

extension Algorithms {
  fileprivate var isNeeded: Bool { self == .needed }
}

/// To be called before OpenSSL is.
private func configure(_ text: String) throws {
  let directory = try TemporaryDirectory()
  setenv("OPENSSL_CONF", try directory.write(text + "\n", as: "openssl.cnf"), 1)
  OPENSSL_init_crypto(UInt64(OPENSSL_INIT_LOAD_CONFIG), nil)
}

extension Settings {
  /// With these algorithms at both ends.
  func using(_ algorithms: Algorithms) -> Settings {
    changed {
      $0.client.algorithms = algorithms
      $0.server.algorithms = algorithms
    }
  }
}
