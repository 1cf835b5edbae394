import COpenSSL
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

extension Settings {
  /// With these algorithms at both ends.
  func using(_ algorithms: Algorithms) -> Settings {
    changed {
      $0.client.algorithms = algorithms
      $0.server.algorithms = algorithms
    }
  }
}
