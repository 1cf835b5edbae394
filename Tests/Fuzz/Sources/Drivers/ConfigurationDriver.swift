import MemoryTLS
import MemoryTLSTesting

/// Any bytes stand in a configuration. The first byte says where.
///
/// Whoever configures is at fault for what is wrong with it; what is accepted serves a handshake, which
/// may fail, and the other end reads what it is shown.
enum ConfigurationDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    var cursor = Cursor(input)
    let (name, use) = cursor.choose(from: places)
    do {
      try use(Array(cursor.rest))
      return [landmark(name)]
    } catch let error as TLSError {
      try demand(error.fault == .caller, "\(name): \(error.code) is no fault of the caller's")
      try demand(!error.message.isEmpty, "\(name) is refused without a word")
      return [landmark("\(name) \(error.code) \(error.stack.map(\.reason))")]
    }
  }

  /// All places; an input's first byte says which. New ones go to the end.
  private static let places: [(String, @Sendable ([UInt8]) throws -> Void)] = [
    ("session", session),
    ("chain", { bytes in try serve { $0.identities[0].chain = .bytes(bytes) } }),
    ("key", { bytes in try serve { $0.identities[0].key = .source(.bytes(bytes)) } }),
    ("PKCS #12", pkcs12),
    ("OCSP response", { bytes in try serve { $0.identities[0].ocspResponse = .bytes(bytes) } }),
    ("revocation list", { bytes in try judge { $0.revocationLists = [.bytes(bytes)] } }),
    ("further authorities", { bytes in try judge { $0.additionalAuthorities = [.bytes(bytes)] } }),
    ("authorities", authorities),
    ("ticket key", { bytes in _ = try TicketKey(bytes: bytes) }),
    ("PSK", sharedKey),
    ("names", names),
    ("pin", { bytes in try connect { $0.trust = .pins([.publicKey(sha256: bytes)]) } }),
    ("suites and groups", numbers),
  ]

  @Sendable private static func session(_ bytes: [UInt8]) throws {
    let session = try TLSSession(bytes: bytes)
    let again = try TLSSession(bytes: session.bytes)
    try demand(session == again && session.issuedAt == again.issuedAt, "another session is read")
    try demand(session.largestEarlyData >= 0, "less than no early data")
    let context = try TLSContext(Scenario.all[0].configurations().client)
    let engine = try TLSEngine(context, as: .client(.name("localhost")), resuming: session)
    _ = try engine.step()
  }

  @Sendable private static func pkcs12(_ bytes: [UInt8]) throws {
    try serve {
      $0.identities = [Identity(pkcs12: .bytes(bytes), passphrase: Credentials.passphrase)]
    }
  }

  /// A server names those whose certificates it believes.
  @Sendable private static func authorities(_ bytes: [UInt8]) throws {
    try serve {
      $0.trust = .authorities(.bytes(bytes))
      $0.clientCertificates = .request
    }
  }

  @Sendable private static func sharedKey(_ bytes: [UInt8]) throws {
    let half = bytes.count / 2
    let key = ExternalPSK(identity: Array(bytes[..<half]), key: Array(bytes[half...]))
    try connect { $0.preSharedKeys = PreSharedKeys([key]) }
  }

  @Sendable private static func names(_ bytes: [UInt8]) throws {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }
    try connect(expecting: .host(texts[0])) { $0.applicationProtocols = Array(texts.dropFirst()) }
  }

  @Sendable private static func numbers(_ bytes: [UInt8]) throws {
    let numbers = stride(from: 0, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    let half = numbers.count / 2
    try connect {
      $0.cipherSuites = numbers[..<half].map(CipherSuite.init(rawValue:))
      $0.groups = numbers[half...].map(NamedGroup.init(rawValue:))
      $0.signatureSchemes = numbers.prefix(1).map(SignatureScheme.init(rawValue:))
    }
  }
}

// MARK: - Handshakes

extension ConfigurationDriver {
  /// A server that is configured, and a client that looks at whatever it is shown.
  private static func serve(_ configure: (inout TLSConfiguration) -> Void) throws {
    var (client, server) = Scenario.all[2].configurations()
    client.trust = .acceptAnyoneInsecurely
    client.ocspStapling = .request
    client.decisions = .certificate
    configure(&server)
    try settle(client, server)
  }

  private static func judge(_ configure: (inout Verification) -> Void) throws {
    try connect {
      $0.verification.revocation = .leaf
      configure(&$0.verification)
    }
  }

  /// A client that is configured.
  private static func connect(
    expecting expected: ServerIdentity = .name("localhost"),
    _ configure: (inout TLSConfiguration) -> Void
  ) throws {
    var (client, server) = Scenario.all[2].configurations()
    configure(&client)
    try settle(client, server, expecting: expected)
  }

  private static func settle(
    _ client: TLSConfiguration, _ server: TLSConfiguration,
    expecting expected: ServerIdentity = .name("localhost")
  ) throws {
    let pair = try EnginePair(client: client, expecting: expected, server: server)
    pair.client.decider = { decision, engine throws(TLSError) in
      if case .certificate(let request) = decision { _ = request.authorities.map(\.description) }
      try engine.proceed()
    }
    // That the two do not agree is no finding.
    try? pair.settle(limit: 100)
    let peers = pair.client.engine.negotiated?.peerCertificates ?? []
    try demand(peers.allSatisfy { $0.fingerprint.count == 32 }, "a certificate without fingerprint")
    _ = (pair.client.engine.stapledOCSPResponse, pair.client.engine.signedCertificateTimestamps)
  }
}
