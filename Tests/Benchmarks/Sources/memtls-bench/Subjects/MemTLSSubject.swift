import MemoryTLS
import Synchronization

/// MemoryTLS by its public API, as a user would write it who keeps buffers.
final class MemTLSSubject: Subject {
  private let scenario: Scenario
  private let client: TLSContext
  private let server: TLSContext
  private var wire: Wire
  private var received: [UInt8] = []
  private let message = [UInt8](repeating: 0x78, count: 64)
  private var open: Pair?
  private var traffic = Trace.Traffic()
  /// How many bytes a client gets that has nothing to resume.
  private var fullHandshake: Int?

  init(_ scenario: Scenario, _ credentials: Credentials, _ carriage: Wire.Carriage) throws {
    self.scenario = scenario
    wire = Wire(carriage)
    received.reserveCapacity(Self.recordSize)
    client = try TLSContext(TLSConfiguration(client: scenario, credentials))
    server = try TLSContext(TLSConfiguration(server: scenario, credentials))
  }

  func connect(_ count: Int) throws {
    for _ in 0..<count {
      try prepare()
      try connectOnce()
    }
  }

  func transfer(_ count: Int, of size: Int) throws {
    let pair = try openPair()
    let payload = [UInt8](repeating: 0x78, count: size)
    for _ in 0..<count { try send(payload, over: pair) }
  }

  func pingPong(_ count: Int) throws {
    let pair = try openPair()
    for _ in 0..<count { try talk(over: pair) }
  }

  fileprivate static let recordSize = 16384
}

/// Both ends of a connection.
private struct Pair {
  let client: TLSEngine
  let server: TLSEngine
}

// MARK: - Connections

extension MemTLSSubject {
  /// The first of a chain of connections that resume has nothing to resume yet.
  private func prepare() throws {
    guard scenario.isResumed, fullHandshake == nil else { return }
    try connectOnce()
    fullHandshake = traffic.toClient
  }

  private func connectOnce(observedBy observer: MessageObserver? = nil) throws {
    let pair = try connected(observedBy: observer)
    try talk(over: pair)
    guard scenario.isResumed else { return }
    _ = try pair.client.close()
    _ = try pair.server.close()
    // What `negotiated` tells is copied whole each time; a resumption is as well known by this.
    guard fullHandshake.map({ traffic.toClient + Self.smallestCertificate < $0 }) ?? true else {
      throw Failure("memtls: no resumption")
    }
  }

  private func connected(observedBy observer: MessageObserver? = nil) throws -> Pair {
    traffic = Trace.Traffic()
    let pair = Pair(
      client: try TLSEngine(client, as: .client(.name("localhost")), observing: observer),
      server: try TLSEngine(server, as: .server))
    var (client, server) = (Step.needs(.pull), Step.needs(.pull))
    for _ in 0..<Self.turns {
      if client != .done { client = try pair.client.step() }
      try carryToServer(pair)
      if server != .done { server = try pair.server.step() }
      try carryToClient(pair)
      if client == .done, server == .done { return pair }
    }
    throw Failure("memtls: a handshake without progress")
  }

  private func openPair() throws -> Pair {
    if let open { return open }
    let pair = try connected()
    try talk(over: pair)
    open = pair
    return pair
  }

  private func carryToServer(_ pair: Pair) throws(TLSError) {
    traffic.toServer += try wire.carry(from: pair.client, to: pair.server)
  }

  private func carryToClient(_ pair: Pair) throws(TLSError) {
    traffic.toClient += try wire.carry(from: pair.server, to: pair.client)
  }

  private static let smallestCertificate = 256
  /// More than any handshake or write takes.
  private static let turns = 1000
}

// MARK: - Bytes

extension MemTLSSubject {
  /// 64 bytes there and back.
  private func talk(over pair: Pair) throws {
    guard try pair.client.write(message) == .moved(message.count) else { throw Self.lost }
    try carryToServer(pair)
    guard try read(from: pair.server) == message.count else { throw Self.lost }
    guard try pair.server.write(message) == .moved(message.count) else { throw Self.lost }
    try carryToClient(pair)
    guard try read(from: pair.client) == message.count else { throw Self.lost }
  }

  private func send(_ payload: [UInt8], over pair: Pair) throws {
    var (sent, arrived) = (0, 0)
    for _ in 0..<Self.turns {
      if sent < payload.count {
        let rest = payload.span.extracting(sent...)
        if case .moved(let count) = try pair.client.write(rest) { sent += count }
      }
      try carryToServer(pair)
      while arrived < payload.count {
        let count = try read(from: pair.server)
        guard count > 0 else { break }
        arrived += count
      }
      if arrived == payload.count { return }
    }
    throw Failure("memtls: a transfer without progress")
  }

  /// How many bytes there were, at most a record's; 0 if none have come.
  private func read(from engine: TLSEngine) throws(TLSError) -> Int {
    received.removeAll(keepingCapacity: true)
    try received.append(addingCapacity: Self.recordSize) { out throws(TLSError) in
      _ = try engine.read(into: &out)
    }
    return received.count
  }

  private static let lost = Failure("memtls: 64 bytes that did not arrive")
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
    return trace.withLock {
      $0.traffic = traffic
      return $0
    }
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

extension Credentials.KeyPair {
  fileprivate var identity: Identity { Identity(chain: .pem(certificate), key: .pem(key)) }
}
