#if NIOSSL
  import NIOCore
  import NIOEmbedded
  import NIOSSL

  /// What all pairs of swift-nio-ssl share.
  struct NIOContexts {
    let client: NIOSSLContext
    let server: NIOSSLContext
    let loop = EmbeddedEventLoop()
    /// Channels of real sockets have one; without it names are not checked but refused.
    let address: SocketAddress

    init(_ scenario: Scenario, _ credentials: Credentials) throws {
      address = try SocketAddress(ipAddress: "127.0.0.1", port: 443)
      let roots = NIOSSLTrustRoots.certificates(try certificates(credentials.root))
      var client = TLSConfiguration.makeClientConfiguration()
      client.trustRoots = scenario.trustsSystem ? .default : roots
      var server = TLSConfiguration.makeServerConfiguration(
        certificateChain: try certificates(credentials.server.certificate).map { .certificate($0) },
        privateKey: .privateKey(try key(credentials.server.key)))
      if scenario.isMutual {
        client.certificateChain =
          try certificates(credentials.client.certificate).map { .certificate($0) }
        client.privateKey = .privateKey(try key(credentials.client.key))
        server.trustRoots = roots
        server.certificateVerification = .noHostnameVerification
      }
      self.client = try NIOSSLContext(configuration: client.narrowed)
      self.server = try NIOSSLContext(configuration: server.narrowed)
    }
  }

  extension TLSConfiguration {
    /// TLS 1.3 with X25519, as the other subjects have it: without being told NIOSSL adds ML-KEM.
    fileprivate var narrowed: TLSConfiguration {
      var narrowed = self
      narrowed.minimumTLSVersion = .tlsv13
      narrowed.curves = [.x25519]
      return narrowed
    }
  }

  private func certificates(_ pem: String) throws -> [NIOSSLCertificate] {
    try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8))
  }

  private func key(_ pem: String) throws -> NIOSSLPrivateKey {
    try NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem)
  }
#endif
