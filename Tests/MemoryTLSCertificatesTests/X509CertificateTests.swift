#if Certificates
  import MemoryTLS
  import MemoryTLSCertificates
  import MemoryTLSTesting
  import Testing
  import X509

  /// Certificates there and back.
  @Suite struct X509CertificateTests {
    @Test(arguments: TestIdentity.Key.allCases)
    func `a certificate says the same to both libraries`(key: TestIdentity.Key) throws {
      let authority = try TestIdentity.authority()
      let names: [MemoryTLS.Certificate.Name] = [.dns("localhost"), .email("one@example.org")]
      let identity = try authority.issue(.server, "server", names: names, key: key)
      let ours = try MemoryTLS.Certificate(der: identity.certificate)
      let theirs = try X509.Certificate(ours)
      #expect(theirs.subject.description == ours.subject)
      #expect(theirs.issuer.description == ours.issuer)
      #expect(Array(theirs.serialNumber.bytes.drop { $0 == 0 }) == ours.serialNumber)
      #expect(Int64(theirs.notValidBefore.timeIntervalSince1970) == ours.notBefore)
      #expect(Int64(theirs.notValidAfter.timeIntervalSince1970) == ours.notAfter)
      let shown = try #require(try theirs.extensions.subjectAlternativeNames)
      #expect(Array(shown) == [.dnsName("localhost"), .rfc822Name("one@example.org")])
      #expect(try MemoryTLS.Certificate(theirs) == ours)
      let root = try X509.Certificate(MemoryTLS.Certificate(der: authority.certificate))
      #expect(root.publicKey.isValidSignature(theirs.signature, for: theirs))
    }

    @Test func `the chain of a connection is one of theirs`() throws {
      let authority = try TestIdentity.authority()
      let identity = try authority.issue(.server, names: [.dns("localhost")])
      var (client, server) = (TLSConfiguration(), TLSConfiguration())
      client.trust = authority.trust
      server.identities = [identity.identity]
      let pair = try EnginePair(client: client, server: server)
      try pair.settle()
      let chain = try pair.client.engine.verifiedChain.map { try X509.Certificate($0) }
      #expect(chain.map(\.subject.description) == ["CN=test", "CN=Test CA"])
    }
  }
#endif
