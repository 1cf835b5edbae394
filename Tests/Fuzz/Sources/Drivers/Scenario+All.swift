import MemoryTLS
import MemoryTLSTesting

extension Scenario {
  /// All of them; an input's first byte says which. New ones go to the end, so that kept inputs go on
  /// meaning what they meant.
  static let all = [
    Scenario("TLS 1.3") { limit(.tls13, &$0, &$1) },
    Scenario("TLS 1.2") { limit(.tls12, &$0, &$1) },
    Scenario("both versions") { _, _ in },
    Scenario("mutual, TLS 1.3") { client, server in
      limit(.tls13, &client, &server)
      client.identities = [Credentials.user.identity]
      server.clientCertificates = .require
    },
    Scenario("mutual, TLS 1.2") { client, server in
      limit(.tls12, &client, &server)
      client.identities = [Credentials.user.identity]
      server.clientCertificates = .require
    },
    Scenario("PSK, TLS 1.3") { share(.tls13, &$0, &$1) },
    Scenario("PSK, TLS 1.2") { share(.tls12, &$0, &$1) },
    Scenario("early data", resumes: true) { client, server in
      limit(.tls13, &client, &server)
      (client.earlyData, server.earlyData) = (.upTo(4096), .upTo(4096))
      (client.sessionStore, server.sessionStore) = (SessionStore(), SessionStore())
    },
    Scenario("small rings, TLS 1.3") { shrink(.tls13, &$0, &$1) },
    Scenario("small rings, TLS 1.2") { shrink(.tls12, &$0, &$1) },
    Scenario("decisions, TLS 1.3") { decide(.tls13, &$0, &$1) },
    Scenario("decisions, TLS 1.2") { decide(.tls12, &$0, &$1) },
    Scenario("resumption, TLS 1.3", resumes: true) { resume(.tls13, &$0, &$1) },
    Scenario("resumption, TLS 1.2", resumes: true) { resume(.tls12, &$0, &$1) },
    Scenario("HelloRetryRequest and RSA") { client, server in
      limit(.tls13, &client, &server)
      client.groups = [.x25519, .secp256r1]
      server.groups = [.secp256r1]
      server.identities = [Credentials.rsaServer.identity]
    },
    Scenario("extensions") { client, server in
      client.ocspStapling = .require
      client.certificateTimestamps = .requested
      client.verification.revocationLists = [.bytes(Credentials.revocationList)]
      client.verification.revocation = .leaf
      server.identities[0].ocspResponse = .bytes(Credentials.response)
      (client.applicationProtocols, server.applicationProtocols) = (["h2", "a"], ["a", "b"])
      (client.recordPadding, server.recordPadding) = (.toMultiple(of: 64), .toMultiple(of: 64))
      (client.logsSecrets, server.logsSecrets) = (.asEvents, .asEvents)
    },
    Scenario("renegotiation") { client, server in
      limit(.tls12, &client, &server)
      client.renegotiation = .allowed
    },
    Scenario("later certificates") { client, server in
      limit(.tls13, &client, &server)
      client.identities = [Credentials.user.identity]
      client.postHandshakeAuthentication = .offered
      client.sessionDelivery = .events
      server.tickets = .whenIssued
    },
    Scenario("pins and narrow limits", expecting: .pinned(serverName: "localhost")) {
      client, server in
      client.trust = .pins([.certificate(sha256: Credentials.server.fingerprint)])
      narrow(&client.limits)
      narrow(&server.limits)
    },
    Scenario("CBC") { client, server in
      limit(.tls12, &client, &server)
      client.cipherSuites = [CipherSuite(rawValue: 0xC009)]
      server.cipherSuites = [CipherSuite(rawValue: 0xC009)]
    },
  ]

  private static func limit(
    _ version: ProtocolVersion, _ client: inout TLSConfiguration, _ server: inout TLSConfiguration
  ) {
    client.versions = version...version
    server.versions = version...version
  }

  private static func share(
    _ version: ProtocolVersion, _ client: inout TLSConfiguration, _ server: inout TLSConfiguration
  ) {
    limit(version, &client, &server)
    client.cipherSuites += CipherSuite.preShared
    server.cipherSuites += CipherSuite.preShared
    client.preSharedKeys = PreSharedKeys([Credentials.psk])
    server.preSharedKeys = PreSharedKeys([Credentials.psk])
  }

  private static func shrink(
    _ version: ProtocolVersion, _ client: inout TLSConfiguration, _ server: inout TLSConfiguration
  ) {
    limit(version, &client, &server)
    client.ringCapacity = RingCapacity(RingCapacity.smallest)
    server.ringCapacity = RingCapacity(RingCapacity.smallest)
    client.sessionDelivery = .events
  }

  private static func decide(
    _ version: ProtocolVersion, _ client: inout TLSConfiguration, _ server: inout TLSConfiguration
  ) {
    limit(version, &client, &server)
    client.decisions = [.certificate, .peerCertificate]
    server.decisions = [.clientHello, .certificate, .peerCertificate]
    client.trust = .decision
    client.identities = [Credentials.user.identity]
    server.clientCertificates = .request
  }

  private static func resume(
    _ version: ProtocolVersion, _ client: inout TLSConfiguration, _ server: inout TLSConfiguration
  ) {
    limit(version, &client, &server)
    client.sessionStore = SessionStore()
    server.ticketKeys = TicketKeys(Credentials.ticketKey)
    server.tickets = .afterHandshake(2)
  }

  private static func narrow(_ limits: inout Limits) {
    limits.handshakeBytes = 4096
    limits.handshakeMessages = 12
    limits.keyUpdates = 2
    limits.tickets = 1
    limits.emptyRecords = 2
    limits.stepsWithoutProgress = 4
  }
}
