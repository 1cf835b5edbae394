import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// What is read out of the ciphertext of engines is what they say themselves that they sent.
@Suite struct EngineDissectionTests {
  @Test(arguments: [0x1301, 0x1302, 0x1303, 0x1304, 0x1305] as [UInt16], wires)
  func `TLS 1.3: every cipher suite`(suite: UInt16, wire: Wire) throws {
    let pair = try Self.settings(.tls13, suite, wire).pair()
    try Self.converse(pair)
    try pair.expectDissection { $0.cipherSuite == CipherSuite(rawValue: suite) }
  }

  @Test(
    arguments: [
      0xC02B, 0xC02C, 0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF, 0xCCA9, 0xC05C, 0xC05D,
    ] as [UInt16], wires)
  func `TLS 1.2: every cipher suite with authenticated encryption`(
    suite: UInt16, wire: Wire
  ) throws {
    let pair = try Self.settings(.tls12, suite, wire).pair()
    try Self.converse(pair)
    try pair.expectDissection { $0.cipherSuite == CipherSuite(rawValue: suite) }
  }

  @Test(arguments: versions, wires)
  func `client certificates`(version: ProtocolVersion, wire: Wire) throws {
    var settings = try Self.settings(version, wire: wire)
    settings.server.clientCertificates = .require
    settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    let pair = try settings.pair()
    try Self.converse(pair)
    let dissection = try pair.expectDissection { $0.version == version }
    #expect(dissection.messages.count { $0.message.handshakeType == .certificateVerify } > 0)
    let requests = dissection.messages.filter { $0.message.handshakeType == .certificateRequest }
    #expect(requests.count == 1 && requests.allSatisfy { "\($0.fields)".contains("CN=Test CA") })
  }

  @Test(arguments: versions, wires)
  func `resumption`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Self.settings(version, wire: wire).secondPair()
    try Self.converse(pair)
    #expect(pair.client.engine.negotiated?.resumed == true)
    let dissection = try pair.expectDissection { $0.version == version }
    #expect(!dissection.messages.contains { $0.message.handshakeType == .certificate })
  }

  @Test(arguments: versions, wires)
  func `keys that both ends have`(version: ProtocolVersion, wire: Wire) throws {
    var settings = try Self.settings(version, wire: wire)
    settings.shareKey()
    settings.client.cipherSuites = [0x1301, 0xCCAC].map(CipherSuite.init(rawValue:))
    let pair = try settings.pair()
    try Self.converse(pair)
    try pair.expectDissection { $0.version == version }
  }

  @Test(arguments: wires)
  func `a HelloRetryRequest`(wire: Wire) throws {
    var settings = try Self.settings(.tls13, wire: wire)
    settings.client.groups = [.x25519, .secp256r1]
    settings.server.groups = [.secp256r1]
    let pair = try settings.pair()
    try Self.converse(pair)
    let dissection = try pair.expectDissection { $0.version == .tls13 }
    let hellos = dissection.messages.map(\.message.name).filter { $0.contains("Hello") }
    #expect(hellos == ["ClientHello", "HelloRetryRequest", "ClientHello", "ServerHello"])
  }

  @Test(arguments: [0x1301, 0x1302, 0x1303, 0x1304] as [UInt16], wires)
  func `early data`(suite: UInt16, wire: Wire) throws {
    var settings = try Self.settings(.tls13, suite, wire)
    settings.client.earlyData = .upTo(1000)
    settings.server.earlyData = .upTo(1000)
    // Any of them could have protected it.
    settings.client.cipherSuites += [0x1301, 0x1302, 0x1303].map(CipherSuite.init(rawValue:))
    let pair = try settings.secondPair()
    #expect(try pair.client.engine.writeEarly(Array("early".utf8)) == .moved(5))
    try Self.converse(pair)
    #expect(pair.client.engine.earlyData?.verdict == .accepted)
    let dissection = try pair.expectDissection { $0.version == .tls13 }
    #expect(dissection.messages.contains { $0.message.handshakeType == .endOfEarlyData })
  }

  @Test(arguments: [true, false], wires)
  func `early data that is rejected`(isSecretKnown: Bool, wire: Wire) throws {
    var settings = try Self.settings(.tls13, wire: wire)
    settings.client.earlyData = .upTo(1000)
    settings.server.earlyData = .upTo(1000)
    settings.client.sessionStore = SessionStore()
    let client = try TLSContext(settings.client)
    try Self.converse(EnginePair(client: client, server: TLSContext(settings.server)))
    // This one knows nothing of the first one's tickets.
    let pair = try EnginePair(client: client, server: TLSContext(settings.server), wire: wire)
    #expect(try pair.client.engine.writeEarly(Array("early".utf8)) == .moved(5))
    try Self.converse(pair)
    #expect(pair.client.engine.earlyData?.verdict == .rejected)
    var lines = pair.client.keyLog
    if !isSecretKnown { lines.removeAll { $0.hasPrefix("CLIENT_EARLY") } }
    let dissection = Dissection(pair.log, keyLog: KeyLog(lines: lines))
    #expect(dissection.handshake(.clientToServer) == pair.log.handshake(.clientToServer))
    #expect(dissection.handshake(.serverToClient) == pair.log.handshake(.serverToClient))
    #expect(dissection.data(.serverToClient) == Array("pong".utf8))
    #expect(
      dissection.data(.clientToServer) == Array("\(isSecretKnown ? "early" : "")ping".utf8))
    let reason = "no secret CLIENT_EARLY_TRAFFIC_SECRET for client random "
    #expect(dissection.unreadable.allSatisfy { $0.hasPrefix(reason) })
    #expect(dissection.unreadable.isEmpty == isSecretKnown)
  }

  @Test(arguments: wires)
  func `key updates`(wire: Wire) throws {
    let pair = try Self.settings(.tls13, wire: wire).pair()
    try pair.settle()
    for round in 0..<3 {
      _ = try pair.client.engine.updateKeys(round == 1 ? .ours : .both)
      pair.client.send(Array("ping \(round)".utf8))
      pair.server.send(Array("pong \(round)".utf8))
      try pair.settle()
      _ = try pair.server.engine.updateKeys(.ours)
    }
    try pair.expectClose()
    let dissection = try pair.expectDissection { $0.version == .tls13 }
    #expect(dissection.messages.count { $0.message.handshakeType == .keyUpdate } == 8)
  }

  @Test(arguments: wires)
  func `a certificate asked for later`(wire: Wire) throws {
    var settings = try Self.settings(.tls13, wire: wire)
    settings.server.clientCertificates = .request
    settings.client.postHandshakeAuthentication = .offered
    settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    let pair = try settings.pair()
    try pair.settle()
    _ = try pair.server.engine.requestClientCertificate()
    try Self.converse(pair)
    let dissection = try pair.expectDissection { $0.version == .tls13 }
    #expect(dissection.messages.count { $0.message.handshakeType == .finished } == 3)
  }

  @Test(arguments: versions, [1, 512, 16384, 40000])
  func `data of any size, padded`(version: ProtocolVersion, size: Int) throws {
    var settings = try Self.settings(version)
    if version == .tls13 { settings.client.recordPadding = .toMultiple(of: 500) }
    let pair = try settings.pair()
    pair.client.send((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
    try Self.converse(pair)
    try pair.expectDissection { $0.version == version }
  }

  static func settings(
    _ version: ProtocolVersion, _ suite: UInt16? = nil, wire: Wire = .whole
  ) throws -> PairSettings {
    try settings(version, suite, wire)
  }

  static func settings(
    _ version: ProtocolVersion, _ suite: UInt16?, _ wire: Wire
  ) throws -> PairSettings {
    var settings = try PairSettings()
    settings.wire = wire
    settings.client.versions = version...version
    settings.server.versions = version...version
    settings.client.logsSecrets = .asEvents
    guard let suite else { return settings }
    settings.client.cipherSuites = [CipherSuite(rawValue: suite)]
    settings.server.cipherSuites = [CipherSuite(rawValue: suite)]
    return settings
  }

  /// Both ends say something, and close.
  static func converse(_ pair: EnginePair) throws {
    pair.client.send(Array("ping".utf8))
    pair.server.send(Array("pong".utf8))
    try pair.settle()
    try pair.expectClose()
  }
}

private let versions: [ProtocolVersion] = [.tls12, .tls13]
private let wires: [Wire] = [.whole, .bytes(1), .seeded(7)]

extension Endpoint {
  /// The lines of a key log that the engine tells.
  var keyLog: [String] {
    var lines: [String] = []
    while let event = engine.nextEvent() {
      if case .keyLog(let line) = event { lines.append(line) }
    }
    return lines
  }
}

extension FlightLog {
  /// The messages that the sender's engine told of.
  func handshake(_ direction: Direction) -> [ProtocolMessage] {
    flights.filter { $0.direction == direction }.flatMap { $0.notes.compactMap(\.message) }
  }

  /// What the sender wrote.
  func data(_ direction: Direction) -> [UInt8] {
    flights.filter { $0.direction == direction }.flatMap(\.notes).flatMap { note in
      if case .write(let bytes) = note { bytes } else { [UInt8]() }
    }
  }
}

extension Dissection {
  func handshake(_ direction: Direction) -> [ProtocolMessage] {
    messages.map(\.message)
      .filter { $0.direction == direction && $0.contentType != .applicationData }
  }

  func data(_ direction: Direction) -> [UInt8] {
    messages.map(\.message)
      .filter { $0.direction == direction && $0.contentType == .applicationData }.flatMap(\.bytes)
  }

  var unreadable: [String] {
    records.compactMap { if case .unreadable(let reason) = $0.content { reason } else { nil } }
  }
}

extension EnginePair {
  /// Expects that everything is readable, and is what the engines told of.
  @discardableResult
  func expectDissection(_ isRight: (Dissection) -> Bool) throws -> Dissection {
    let dissection = Dissection(log, keyLog: KeyLog(lines: client.keyLog))
    #expect(dissection.unreadable == [] && dissection.rests == [])
    for direction in Direction.allCases {
      #expect(
        dissection.handshake(direction).map(\.label) == log.handshake(direction).map(\.label))
      #expect(dissection.handshake(direction) == log.handshake(direction))
      #expect(dissection.data(direction) == log.data(direction))
    }
    for message in dissection.messages {
      #expect(message.fields.flatMap(\.leaves).flatMap(\.bytes) == message.message.bytes)
      #expect(!message.fields.flatMap(\.leaves).contains { $0.name == MessageField.malformed })
      guard message.message.contentType == .handshake else { continue }
      let handshake = try #require(HandshakeMessage(bytes: message.message.bytes))
      #expect(handshake.content(in: try #require(dissection.version)) != nil)
    }
    #expect(dissection.annotated.flights.map(\.bytes) == log.flights.map(\.bytes))
    #expect(isRight(dissection))
    return dissection
  }
}
