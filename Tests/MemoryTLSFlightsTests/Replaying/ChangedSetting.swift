import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// One setting that is not as it was, and what is to be said of it.
struct ChangedSetting: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let role: FlightReplayer.Role
  let version: ProtocolVersion
  /// What both ends have that were recorded.
  let before: @Sendable (inout PairSettings) throws -> Void
  let change: @Sendable (inout PairSettings) throws -> Void
  let sentences: [String]

  static let all: [ChangedSetting] = [
    ChangedSetting(
      "the client's groups", .client, before: { $0.client.groups = [.x25519, .secp256r1] },
      says: [
        "flight 1, ClientHello, extension supported_groups: recorded x25519, secp256r1; "
          + "now secp384r1, x25519, secp256r1",
        "flight 1, ClientHello, extension key_share: recorded x25519; now secp384r1",
      ]
    ) {
      $0.client.groups = [.secp384r1, .x25519, .secp256r1]
    },
    ChangedSetting(
      "the client's versions", .client,
      says: [
        "flight 1, ClientHello, cipher_suites: added "
          + "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, "
          + "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, "
          + "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY…",
        "flight 1, ClientHello, extension signature_algorithms: added ecdsa_sha224, "
          + "rsa_pkcs1_sha224, dsa_sha224, dsa_sha256, dsa_sha384, dsa_sha512",
        "flight 1, ClientHello, extension supported_versions: recorded TLSv1.3; now "
          + "TLSv1.3, TLSv1.2",
      ]
    ) {
      $0.client.versions = .tls12 ... .tls13
    },
    ChangedSetting(
      "the client's cipher suites", .client,
      says: [
        "flight 1, ClientHello, cipher_suites: recorded TLS_AES_128_GCM_SHA256, "
          + "TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256, "
          + "TLS_EMPTY_RENEGOTIATION_INFO_SCSV; now TLS_AES_256_GCM_SHA384, "
          + "TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256, "
          + "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"
      ]
    ) {
      $0.client.cipherSuites.swapAt(0, 1)
    },
    ChangedSetting(
      "the client's signature schemes", .client,
      says: [
        "flight 1, ClientHello, extension signature_algorithms: left out "
          + "ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512, ed25519, ed448, "
          + "rsa_pss_pss_sha256, rsa_pss_pss_sha384, rsa_pss_pss_sha512, rsa_pss_rsae_sha256, "
          + "rsa_pss_rsae_sha384, rsa_pss_rsae_sha512, rsa_pkcs1_sha256, rsa_pkcs1_sha384, "
          + "rsa_pkcs1_sha512"
      ]
    ) {
      $0.client.signatureSchemes = [.ecdsaSecp256r1SHA256]
    },
    ChangedSetting(
      "the client's application protocols", .client,
      says: [
        "flight 1, ClientHello: extension application_layer_protocol_negotiation is new: "
          + "h2, http/1.1"
      ]
    ) {
      $0.client.applicationProtocols = ["h2", "http/1.1"]
    },
    ChangedSetting(
      "the expected name", .client,
      says: [
        "flight 1, ClientHello, extension server_name: recorded localhost; now other.test"
      ]
    ) {
      $0.expected = .unchecked(serverName: "other.test")
    },
    ChangedSetting(
      "no expected name", .client,
      says: [
        "flight 1, ClientHello: extension server_name is missing, recorded localhost"
      ]
    ) {
      $0.expected = .unchecked()
    },
    ChangedSetting(
      "whether stapling is asked for", .client,
      says: [
        "flight 1, ClientHello: extension status_request is new: ocsp"
      ]
    ) {
      $0.client.ocspStapling = .request
    },
    ChangedSetting(
      "whether timestamps are asked for", .client,
      says: [
        "flight 1, ClientHello: extension status_request is new: ocsp",
        "flight 1, ClientHello: extension signed_certificate_timestamp is new",
      ]
    ) {
      $0.client.certificateTimestamps = .requested
    },
    ChangedSetting(
      "a key that is known to the client", .client,
      says: [
        "flight 1, ClientHello: extension pre_shared_key is new: 1 identity"
      ]
    ) {
      $0.client.preSharedKeys = PreSharedKeys([
        ExternalPSK(identity: "a", key: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])
      ])
    },
    ChangedSetting(
      "whether the client can be asked later", .client,
      says: [
        "flight 1, ClientHello: extension post_handshake_auth is new"
      ]
    ) {
      $0.client.postHandshakeAuthentication = .offered
    },
    ChangedSetting(
      "the client's padding", .client,
      says: [
        "flight 3, record 2: recorded application_data of 58 bytes; now application_data of "
          + "85 bytes"
      ]
    ) {
      $0.client.recordPadding = .toMultiple(of: 64)
    },
    ChangedSetting(
      "the server's newest version", .server, before: { $0.client.versions = .tls12 ... .tls13 },
      says: [
        "flight 2, ServerHello: extension supported_versions is missing, recorded TLSv1.3",
        "flight 2, ServerHello: extension key_share is missing, recorded x25519",
        "flight 2, ServerHello, legacy_session_id: recorded 32 bytes; now nothing",
        "flight 2, ServerHello, cipher_suite: recorded TLS_AES_128_GCM_SHA256; now "
          + "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "flight 2, ServerHello: extension renegotiation_info is new",
        "flight 2, ServerHello: extension ec_point_formats is new: uncompressed, "
          + "ansiX962_compressed_prime, ansiX962_compressed_char2",
        "flight 2, ServerHello: extension session_ticket is new",
        "flight 2, ServerHello: extension extended_master_secret is new",
        "flight 2: a change_cipher_spec and an EncryptedExtensions less",
        "flight 2: a ServerKeyExchange and 1 message more instead of a CertificateVerify "
          + "and 1 message more",
      ]
    ) {
      $0.server.versions = .tls12 ... .tls12
    },
    ChangedSetting(
      "the server's groups", .server,
      says: [
        "flight 2: a HelloRetryRequest instead of a ServerHello"
      ]
    ) {
      $0.server.groups = [.secp256r1]
    },
    ChangedSetting(
      "the server's cipher suites", .server,
      says: [
        "flight 2, ServerHello, cipher_suite: recorded TLS_AES_128_GCM_SHA256; now "
          + "TLS_CHACHA20_POLY1305_SHA256"
      ]
    ) {
      $0.server.cipherSuites = [.init(rawValue: 0x1303), .init(rawValue: 0xC02B)]
    },
    ChangedSetting(
      "a server with nothing in common", .server,
      says: [
        "flight 2: the alert protocol_version instead of a ServerHello"
      ]
    ) {
      $0.server.versions = .tls12 ... .tls12
    },
    ChangedSetting(
      "the server's application protocols", .server,
      before: { $0.client.applicationProtocols = ["h2", "http/1.1"] },
      says: [
        "flight 2, EncryptedExtensions: extension application_layer_protocol_negotiation is "
          + "new: h2"
      ]
    ) {
      $0.server.applicationProtocols = ["h2"]
    },
    ChangedSetting(
      "the server wants certificates", .server,
      says: [
        "flight 2: one CertificateRequest more"
      ]
    ) {
      $0.server.clientCertificates = .require
    },
    ChangedSetting(
      "the server's kind of key", .server,
      says: [
        "flight 2, CertificateVerify, algorithm: recorded ecdsa_secp256r1_sha256; now "
          + "rsa_pss_rsae_sha256"
      ]
    ) {
      $0.server.identities = [
        try $0.authority.issue(.server, "localhost", names: [.dns("localhost")], key: .rsa2048)
          .identity
      ]
    },
    ChangedSetting(
      "the server's name", .server,
      says: [
        "flight 2, Certificate, certificate_list, certificate 1: recorded CN=localhost, "
          + "issued by CN=Test CA, valid 2020-01-01 to 2049-12-31; now CN=other, issued by "
          + "CN=Test CA, valid 2020-01-01 to 2049-12-31"
      ]
    ) {
      $0.server.identities = [
        try $0.authority.issue(.server, "other", names: [.dns("localhost")]).identity
      ]
    },
    ChangedSetting(
      "the server's key, with the same names", .server,
      says: [
        "flight 2, Certificate, certificate 1: the same in words, but other bytes"
      ]
    ) {
      $0.server.identities = [
        try TestIdentity.authority(seed: 2).issue(.server, "localhost", names: [.dns("localhost")])
          .identity
      ]
    },
    ChangedSetting(
      "no tickets", .server,
      says: [
        "flight 4: one NewSessionTicket less"
      ]
    ) {
      $0.server.tickets = .none
    },
    ChangedSetting(
      "more tickets", .server,
      says: [
        "flight 4: two NewSessionTickets more"
      ]
    ) {
      $0.server.tickets = .withFirstWrite(3)
    },
    ChangedSetting(
      "no tickets of TLS 1.2", .server, .tls12,
      says: [
        "flight 2, ServerHello: extension session_ticket is missing"
      ]
    ) {
      $0.server.tickets = .none
    },
    ChangedSetting(
      "stateful tickets of TLS 1.2", .server, .tls12,
      says: [
        "flight 2, ServerHello: extension session_ticket is missing",
        "flight 2, ServerHello, legacy_session_id: recorded nothing; now 32 bytes",
      ]
    ) {
      $0.server.ticketFormat = .stateful
    },
    ChangedSetting(
      "a stapled response", .server, before: { $0.client.ocspStapling = .request },
      says: [
        "flight 2, Certificate, certificate_list, extensions 1: recorded nothing; now "
          + "status_request"
      ]
    ) {
      let server = try $0.authority.issue(.server, "localhost", names: [.dns("localhost")])
      let response = try $0.authority.ocspResponse(for: server)
      $0.server.identities[0].ocspResponse = .bytes(response)
    },
    ChangedSetting(
      "early data that is taken", .server,
      says: [
        "flight 4, NewSessionTicket: extension early_data is new: 1000 bytes"
      ]
    ) {
      $0.server.earlyData = .upTo(1000)
    },
    ChangedSetting(
      "the server's padding", .server,
      says: [
        "flight 2, record 3: recorded application_data of 28 bytes; now application_data of "
          + "85 bytes"
      ]
    ) {
      $0.server.recordPadding = .toMultiple(of: 64)
    },
    ChangedSetting(
      "the server's groups of TLS 1.2", .server, .tls12,
      says: [
        "flight 2, ServerKeyExchange, named_curve: recorded x25519; now secp256r1"
      ]
    ) {
      $0.server.groups = [.secp256r1]
    },
    ChangedSetting(
      "the server's suites of TLS 1.2", .server, .tls12,
      says: [
        "flight 2, ServerHello, cipher_suite: recorded "
          + "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256; now "
          + "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"
      ]
    ) {
      $0.server.cipherSuites = [.init(rawValue: 0x1301), .init(rawValue: 0xC02C)]
    },
  ]

  private init(
    _ name: String, _ role: FlightReplayer.Role, _ version: ProtocolVersion = .tls13,
    before: @escaping @Sendable (inout PairSettings) throws -> Void = { _ in },
    says sentences: [String], _ change: @escaping @Sendable (inout PairSettings) throws -> Void
  ) {
    (testDescription, self.role, self.version) = (name, role, version)
    (self.before, self.change, self.sentences) = (before, change, sentences)
  }
}
