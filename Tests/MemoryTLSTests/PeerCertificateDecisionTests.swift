import MemoryTLS
import MemoryTLSTesting
import Testing

/// Ends that judge the other's certificates in their own time.
@Suite(.withAllAndNeededAlgorithms) struct PeerCertificateDecisionTests {
  @Test(arguments: versions, wires)
  func `a client sees the chain and accepts`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Self.pair(version, isServer: false, wire)
    #expect(throws: PairFailure.self) { try pair.settle() }
    let engine = pair.client.engine
    let chain = try #require(engine.peerChain)
    #expect(chain.certificates.map(\.der) == [Settings.localhost.certificate])
    #expect(chain.verdict == nil && engine.phase == .handshake)
    try engine.accept()
    try pair.settle()
    #expect(engine.negotiated?.peerCertificates == chain.certificates)
    #expect(engine.verifiedChain.map(\.subject) == ["CN=test", "CN=Test CA"])
  }

  @Test(arguments: versions, wires)
  func `a server lets nothing through before it accepts`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    for tickets in [Tickets.afterHandshake(2), .withFirstWrite(1), .none] {
      let pair = try Self.pair(version, isServer: true, wire, 512) { $0.tickets = tickets }
      pair.client.send(text(100))
      #expect(throws: PairFailure.self) { try pair.settle() }
      let engine = pair.server.engine
      #expect(engine.peerChain?.certificates.map(\.subject) == Self.chainOfUser)
      #expect(engine.phase == .handshake && engine.pendingCiphertext == 0)
      #expect(pair.hasSentNoTicket(in: version) && pair.server.received == [])
      // In TLS 1.2 the client waits for the server's Finished.
      #expect((pair.client.engine.phase == .open) == (version == .tls13))
      #expect(throws: TLSError.self) { try engine.read() }
      #expect(throws: TLSError.self) { try engine.write([1]) }
      try engine.accept()
      pair.server.send(text(50))
      try pair.settle()
      #expect(pair.server.received == text(100) && pair.client.received == text(50))
      #expect(pair.ticketCount == (version == .tls12 ? min(1, tickets.count) : tickets.count))
    }
  }

  @Test(arguments: versions, wires)
  func `a client that a server refuses is told, and has got no ticket`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    for alert in Alert.refusals {
      let pair = try Self.pair(version, isServer: true, wire, 512) {
        $0.tickets = .afterHandshake(2)
      }
      pair.client.send(text(100))
      pair.server.decider = { _, engine throws(TLSError) in try engine.refuse(alert) }
      #expect(throws: PairFailure.self) { try pair.settle() }
      #expect(pair.server.error?.code == .verificationFailed)
      let isUnknown = version == .tls13 && [41, 121, 200].contains(alert.rawValue)
      let sent = isUnknown ? .handshakeFailure : alert
      #expect(pair.server.error?.alert?.alert == sent, "\(alert)")
      #expect(pair.server.error?.verification?.subject == "CN=user")
      #expect(pair.server.error?.message.contains("refused by decision (depth 0, CN=user)") == true)
      #expect(pair.client.error?.code == .alertReceived)
      #expect(pair.client.error?.alert?.alert == sent)
      #expect(pair.hasSentNoTicket(in: version) && pair.server.received == [])
      try expectLatched(pair.server.engine, pair.server.error)
    }
  }

  @Test(
    arguments: versions,
    [
      (Alert.handshakeFailure, Alert.handshakeFailure), (.badCertificate, .badCertificate),
      (.unsupportedCertificate, .unsupportedCertificate), (.unknownCA, .unknownCA),
      (.certificateRevoked, .certificateRevoked), (.certificateExpired, .certificateExpired),
      (.certificateUnknown, .certificateUnknown), (.decryptError, .decryptError),
      (.internalError, .internalError), (.accessDenied, .badCertificate),
    ])
  func `a server that a client refuses is told`(
    version: ProtocolVersion, alerts: (asked: Alert, sent: Alert)
  ) throws {
    let pair = try Self.pair(version, isServer: false)
    pair.client.decider = { _, engine throws(TLSError) in try engine.refuse(alerts.asked) }
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.client.error?.code == .verificationFailed)
    #expect(pair.client.error?.alert?.alert == alerts.sent)
    #expect(pair.server.error?.alert?.alert == alerts.sent)
    try expectLatched(pair.client.engine, pair.client.error)
  }

  @Test(arguments: versions, bothRoles)
  func `what trust refuses is never asked about`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let asked = Asked()
    let pair = try Self.pair(version, isServer: isServer) { $0.trust = Settings.stranger.trust }
    (isServer ? pair.server : pair.client).decider = asked.accept
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect((isServer ? pair.server : pair.client).error?.alert?.alert == .unknownCA)
    #expect(asked.decisions.isEmpty)
  }

  @Test(arguments: versions, bothRoles)
  func `trust by decision leaves all to the caller`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let asked = Asked()
    let pair = try EnginePair(
      client: Self.settings(version, isServer: isServer).changed {
        guard isServer else { return $0.client.trust = .decision }
        $0.client.identities = [Settings.strangeUser.identity]
        $0.server.trust = .decision
      }, expecting: .name(isServer ? "localhost" : "elsewhere.test"))
    (isServer ? pair.server : pair.client).decider = asked.accept
    try pair.settle()
    #expect(asked.decisions.count == 1)
    #expect((isServer ? pair.server : pair.client).engine.verifiedChain.isEmpty)
  }

  @Test func `trust by decision without the decision is no configuration`() {
    var configuration = TLSConfiguration.ofTest
    configuration.trust = .decision
    let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test(arguments: versions)
  func `a client without a certificate is nothing to decide about`(
    version: ProtocolVersion
  ) throws {
    let settings = Self.settings(version, isServer: true).changed {
      $0.client.identities = []
      $0.server.clientCertificates = .request
      $0.server.tickets = .afterHandshake(2)
    }
    let pair = try settings.pair()
    try pair.settle()
    #expect(pair.ticketCount == (version == .tls12 ? 1 : 2))
  }

  @Test(arguments: versions)
  func `a hook is asked first, and once`(version: ProtocolVersion) throws {
    for isServer in bothRoles {
      let seen = Seen(.acceptedInsecurely)
      let asked = Asked()
      let pair = try Self.pair(version, isServer: isServer) {
        $0.trust = Settings.stranger.trust
        $0.verification.hook = seen.hook
      }
      (isServer ? pair.server : pair.client).decider = asked.accept
      try pair.settle()
      #expect(seen.chains.count == 1 && asked.decisions.count == 1)
    }
  }

  private static let chainOfUser = ["CN=user", "CN=Users"]

  private static func settings(_ version: ProtocolVersion, isServer: Bool) -> Settings {
    Settings(version).mutual.changed {
      $0.server.ticketFormat = .stateless
      $0.client.identities = [user.identity]
      if isServer {
        $0.server.decisions = .peerCertificate
      } else {
        $0.client.decisions = .peerCertificate
      }
    }
  }

  private static let user = fixture {
    try Settings.authority.issue(.authority, "Users").issue(.client, "user")
  }

  private static func pair(
    _ version: ProtocolVersion, isServer: Bool, _ wire: Wire = .whole, _ capacity: Int = 17408,
    _ change: (inout TLSConfiguration) -> Void = { _ in }
  ) throws -> EnginePair {
    try settings(version, isServer: isServer).capacity(capacity).changed {
      if isServer { change(&$0.server) } else { change(&$0.client) }
    }.pair(wire)
  }
}

extension TLSEngine {
  /// The chain it waits to have judged.
  var peerChain: PeerChain? {
    guard case .peerCertificate(let chain) = decision else { return nil }
    return chain
  }
}

extension Tickets {
  fileprivate var count: Int {
    switch self {
    case .none, .whenIssued: 0
    case .afterHandshake(let count), .withFirstWrite(let count): count
    }
  }
}

extension EnginePair {
  /// Whether the server has sent none: in TLS 1.2 nothing but alerts since it answered the hello,
  /// though it may have made one.
  fileprivate func hasSentNoTicket(in version: ProtocolVersion) -> Bool {
    guard version == .tls12 else { return ticketCount == 0 }
    let answers = log.flights.filter { $0.direction == .serverToClient }.dropFirst()
    return answers.flatMap(\.records).allSatisfy { $0.contentType == .alert }
  }

  /// How many tickets were made.
  fileprivate var ticketCount: Int {
    log.flights.flatMap(\.messages).filter { $0 == "NewSessionTicket" }.count
  }

  fileprivate convenience init(client settings: Settings, expecting identity: ServerIdentity) throws
  {
    try self.init(client: settings.client, expecting: identity, server: settings.server)
  }
}
