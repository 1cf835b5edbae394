import MemoryTLS
import Synchronization

/// MemoryTLS by its public API, as a user would write it who keeps buffers.
final class MemTLSSubject: Subject {
  private let scenario: Scenario
  private let client: TLSContext
  private let server: TLSContext
  var exchange: Exchange
  private var open: Pair?
  /// Connections beside that one.
  var kept: [Pair] = []
  /// How many bytes a client gets that has nothing to resume.
  private var fullHandshake: Int?

  enum Settings {
    /// MemoryTLS's defaults.
    case defaults
    /// What makes handshakes faster and has to be asked for.
    case fast
  }

  init(
    _ scenario: Scenario, _ credentials: Credentials, _ carriage: Wire.Carriage,
    _ settings: Settings = .defaults
  ) throws {
    self.scenario = scenario
    exchange = Exchange(carriage)
    client = try TLSContext(TLSConfiguration(client: scenario, credentials).with(settings))
    server = try TLSContext(TLSConfiguration(server: scenario, credentials).with(settings))
  }

  func connect(_ count: Int) throws {
    for _ in 0..<count {
      try prepare()
      try connectOnce()
    }
  }

  func transfer(_ count: Int, of size: Int) throws {
    let payload = [UInt8](repeating: 0x78, count: size)
    let pair = try openPair()
    try exchange.send(payload, over: pair, times: count)
  }

  func pingPong(_ count: Int) throws {
    let pair = try openPair()
    try exchange.talk(over: pair, times: count)
  }
}

// MARK: - Connections

extension MemTLSSubject {
  /// The first of a chain of connections that resume has nothing to resume yet.
  private func prepare() throws {
    guard scenario.isResumed, fullHandshake == nil else { return }
    try connectOnce()
    fullHandshake = exchange.traffic.toClient
  }

  private func connectOnce(observedBy observer: MessageObserver? = nil) throws {
    let pair = try connected(observedBy: observer)
    try exchange.talk(over: pair)
    guard scenario.isResumed else { return }
    _ = try pair.client.close()
    _ = try pair.server.close()
    // What `negotiated` tells is copied whole each time; a resumption is as well known by this.
    let toClient = exchange.traffic.toClient
    guard fullHandshake.map({ toClient + Self.smallestCertificate < $0 }) ?? true else {
      throw Failure("memtls: no resumption")
    }
  }

  /// A connection with the handshake behind it.
  func connected(observedBy observer: MessageObserver? = nil) throws -> Pair {
    let pair = Pair(
      client: try TLSEngine(client, as: .client(.name("localhost")), observing: observer),
      server: try TLSEngine(server, as: .server))
    try exchange.shakeHands(pair)
    return pair
  }

  private func openPair() throws -> Pair {
    if let open { return open }
    let pair = try connected()
    try exchange.talk(over: pair)
    open = pair
    return pair
  }

  private static let smallestCertificate = 256
}

// MARK: - What is on the wire

extension MemTLSSubject: Inspectable {
  func inspect() throws -> Trace {
    try prepare()
    let trace = Mutex(Trace())
    try connectOnce { message in
      guard message.contentType == .handshake else { return }
      trace.withLock { $0.note(message.bytes, isSent: message.direction == .clientToServer) }
    }
    var seen = trace.withLock { $0 }
    seen.traffic = exchange.traffic
    seen.traffic.transfer = try weighTransfer()
    return seen
  }

  private func weighTransfer() throws -> Int {
    let pair = try openPair()
    let before = exchange.traffic.toServer
    try exchange.send([UInt8](repeating: 0x78, count: 256 << 10), over: pair)
    return exchange.traffic.toServer - before
  }
}

// MARK: - Settings

extension TLSConfiguration {
  fileprivate init(_ scenario: Scenario) {
    self.init()
    versions = .tls13 ... .tls13
    if scenario.suite != .preferred {
      cipherSuites = [CipherSuite(rawValue: scenario.suite.rawValue)]
    }
    if !scenario.hasTickets { tickets = .none }
  }

  fileprivate init(client scenario: Scenario, _ credentials: Credentials) {
    self.init(scenario)
    if !scenario.trustsSystem { trust = .authorities(.pem(credentials.root)) }
    if scenario.isResumed { sessionStore = SessionStore() }
    if scenario.isMutual { identities = [credentials.client.identity] }
  }

  fileprivate init(server scenario: Scenario, _ credentials: Credentials) {
    self.init(scenario)
    identities = [credentials.server.identity]
    guard scenario.isMutual else { return }
    trust = .authorities(.pem(credentials.root))
    clientCertificates = .require
  }
}

extension TLSConfiguration {
  fileprivate func with(_ settings: MemTLSSubject.Settings) -> TLSConfiguration {
    guard settings == .fast else { return self }
    var faster = self
    faster.algorithms = .needed
    faster.verification.rememberedChains = 1024
    return faster
  }
}

extension Credentials.KeyPair {
  fileprivate var identity: Identity { Identity(chain: .pem(certificate), key: .pem(key)) }
}
