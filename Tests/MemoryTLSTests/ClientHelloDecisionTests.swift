import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// A server that looks at the ClientHello and goes on, with its own context or another, or refuses.
@Suite(.withAllAndNeededAlgorithms) struct ClientHelloDecisionTests {
  @Test(arguments: versions, wires)
  func `another context hears the same ClientHello`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let settings = Settings(version).capacity(512).changed {
      $0.client.applicationProtocols = manyProtocols
      $0.server.identities = []
      $0.server.decisions = .clientHello
    }
    let pair = try settings.pair(wire)
    let other = try TLSContext(Settings(version).server)
    pair.server.decider = { _, engine throws(TLSError) in try engine.proceed(with: other) }
    try pair.settle()
    pair.client.send(text(30_000))
    pair.client.close()
    pair.server.send(text(20_000))
    pair.server.close()
    try pair.settle()
    #expect(pair.server.received == text(30_000) && pair.client.received == text(20_000))
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test(arguments: ContextSetting.all)
  func `all of its settings apply`(setting: ContextSetting) throws {
    let settings = Settings().mutual.changed {
      $0.client.applicationProtocols = ["a", "b"]
      $0.client.ocspStapling = .request
      $0.client.sessionDelivery = .events
      $0.client.cipherSuites = [0x1301, 0x1303, 0xC02B, 0xCCA9].map(CipherSuite.init(rawValue:))
      $0.server.decisions = .clientHello
      $0.server.clientCertificates = .none
      $0.server.applicationProtocols = ["a"]
    }
    var other = settings.server
    setting.change(&other)
    let context = try TLSContext(other)
    for isChanged in [false, true] {
      let pair = try settings.pair()
      pair.server.decider = { decision, engine throws(TLSError) in
        guard case .clientHello = decision else { return try engine.refuse(.unknownCA) }
        try engine.proceed(with: isChanged ? context : nil)
      }
      pair.server.send(text(2000))
      try? pair.settle()
      #expect(setting.isSeen(pair) == isChanged, "\(pair.server.engine), \(pair.client.engine)")
    }
  }

  @Test func `so do its keys from elsewhere`() throws {
    let keys = PreSharedKeys([ExternalPSK(identity: "shared", key: text(32))])
    let settings = Settings(.tls13).changed {
      $0.client.preSharedKeys = keys
      $0.server.decisions = .clientHello
    }
    let other = try TLSContext(settings.changed { $0.server.preSharedKeys = keys }.server)
    for isChanged in [false, true] {
      let pair = try settings.pair()
      pair.server.decider = { _, engine throws(TLSError) in
        try engine.proceed(with: isChanged ? other : nil)
      }
      try pair.settle()
      #expect((pair.server.engine.negotiated?.pskIdentity != nil) == isChanged)
    }
  }

  @Test(arguments: versions, wires)
  func `a refusal says the alert that was chosen`(version: ProtocolVersion, wire: Wire) throws {
    for alert in Alert.refusals {
      let pair = try Settings(version).changed { $0.server.decisions = .clientHello }.pair(wire)
      pair.server.decider = { _, engine throws(TLSError) in try engine.refuse(alert) }
      #expect(throws: PairFailure.self) { try pair.settle() }
      #expect(pair.server.error?.code == .refused && pair.server.error?.fault == .peer)
      #expect(pair.server.error?.alert?.alert == alert, "\(alert)")
      #expect(pair.client.error?.code == .alertReceived)
      #expect(pair.client.error?.alert?.alert == alert)
      try expectLatched(pair.server.engine, pair.server.error)
    }
  }

  // RFC 8446 §6.1: "close_notify" and "user_canceled" are closure alerts.
  @Test(arguments: [Alert.closeNotify, Alert(rawValue: 90)])
  func `an alert that refuses nothing becomes handshake_failure`(alert: Alert) throws {
    let pair = try Settings().changed { $0.server.decisions = .clientHello }.pair()
    pair.server.decider = { _, engine throws(TLSError) in try engine.refuse(alert) }
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.client.error?.alert?.alert == .handshakeFailure)
  }

  @Test func `a context that cannot be a server's leaves the decision open`() throws {
    let pair = try Settings().changed { $0.server.decisions = .clientHello }.pair()
    #expect(throws: PairFailure.self) { try pair.settle() }
    let engine = pair.server.engine
    let error = #expect(throws: TLSError.self) {
      try engine.proceed(with: TLSContext(Settings().client))
    }
    #expect(error?.code == .invalidConfiguration && engine.decision?.kind == "clientHello")
    try engine.proceed()
    try pair.settle()
  }

  @Test(arguments: versions)
  func `messages are seen once, and events stay`(version: ProtocolVersion) throws {
    let settings = Settings(version).changed { $0.server.decisions = .clientHello }
    let names = Mutex<[String]>([])
    let server = try TLSEngine(TLSContext(settings.server), as: .server) { message in
      names.withLock { $0.append(message.name) }
    }
    let pair = EnginePair(
      client: try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))),
      server: server)
    let other = try TLSContext(settings.server)
    pair.server.decider = { _, engine throws(TLSError) in try engine.proceed(with: other) }
    try pair.settle()
    #expect(names.withLock { $0.filter { $0 == "ClientHello" }.count } == 1)
  }

  @Test func `after a HelloRetryRequest nobody asks again`() throws {
    let settings = Settings(.tls13).changed {
      $0.client.groups = [.x25519, .secp384r1]
      $0.server.groups = [.secp384r1]
      $0.server.decisions = .clientHello
    }
    for isOther in [false, true] {
      let pair = try settings.pair(.bytes(1))
      let other = try TLSContext(settings.server)
      var count = 0
      pair.server.decider = { _, engine throws(TLSError) in
        count += 1
        try engine.proceed(with: isOther ? other : nil)
      }
      try pair.settle()
      #expect(count == 1 && pair.log.flights.flatMap(\.messages).contains("HelloRetryRequest"))
    }
  }

  // RFC 8446 §D.5: "Implementations are NOT RECOMMENDED to accept an SSL version 2.0 compatible
  // CLIENT-HELLO"
  @Test func `a ClientHello of SSL 2.0 is refused`() throws {
    let body: [UInt8] =
      [1, 3, 3, 0, 3, 0, 0, 0, 16, 0, 0xC0, 0x2B] + Array(repeating: 7, count: 16)
    let server = try TLSEngine(
      TLSContext(Settings().changed { $0.server.decisions = .clientHello }.server), as: .server)
    _ = try server.push([0x80, UInt8(body.count)] + body)
    let error = #expect(throws: TLSError.self) { try server.step() }
    #expect(error?.alert?.alert == .protocolVersion && server.decision == nil)
    #expect(server.pull().suffix(2) == [2, 70])
  }

  @Test func `a client never asks about hellos`() throws {
    let pair = try Settings().changed { $0.client.decisions = .clientHello }.pair()
    try pair.settle()
  }
}

extension Alert {
  /// All that have a name and are refusals, and one that has none.
  static let refusals =
    registeredNames.keys.sorted().filter { ![0, 90].contains($0) }.map(Alert.init(rawValue:))
    + [Alert(rawValue: 200)]
}

/// So many that the ClientHello takes more than one record.
private let manyProtocols = (0..<100).map { "\($0)" + String(repeating: "x", count: 200) }
