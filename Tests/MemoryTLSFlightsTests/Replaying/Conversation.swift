import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

/// Two seeded ends that talk with each other, time and again, and always say the same.
struct Conversation {
  var settings: PairSettings
  private(set) var client: TLSContext
  private(set) var server: TLSContext

  /// Contexts of the settings, after some changes.
  init(
    _ version: ProtocolVersion = .tls13, _ change: (inout PairSettings) throws -> Void = { _ in }
  ) throws {
    settings = try PairSettings(seed: 1)
    settings.client.versions = version...version
    try change(&settings)
    client = try TLSContext(settings.client, entropy: .seeded(1), clock: settings.clock)
    server = try TLSContext(settings.server, entropy: .seeded(~1), clock: settings.clock)
  }

  /// A pair from the start of the seeds.
  func pair() throws -> EnginePair {
    rewind()
    return try EnginePair(
      client: client, expecting: settings.expected, server: server, wire: settings.wire)
  }

  /// What is said: by default both ends write and close.
  func recorded(_ acts: (EnginePair) throws -> Void = Self.talk) throws -> FlightLog {
    let pair = try pair()
    try acts(pair)
    var log = pair.log
    log.metadata.openssl = OpenSSLVersion.text
    log.metadata.role = .both
    (log.metadata.clientSeed, log.metadata.serverSeed) = (1, ~1)
    return log
  }

  /// The log played to one end of the same contexts.
  func replay(_ log: FlightLog, as role: FlightReplayer.Role) throws -> Replay {
    rewind()
    return try FlightReplayer(log, as: role).replay { observer in
      switch role {
      case .client: try TLSEngine(client, as: .client(settings.expected), observing: observer)
      case .server: try TLSEngine(server, as: .server, observing: observer)
      }
    }
  }

  private func rewind() {
    client.rewind()
    server.rewind()
  }

  static func talk(_ pair: EnginePair) throws {
    pair.client.send(Array("ping".utf8))
    try pair.settle()
    pair.server.send(Array("pong".utf8))
    try pair.expectClose()
  }
}
