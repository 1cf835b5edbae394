import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// The key log, as events.
@Suite(.withAllAndNeededAlgorithms) struct SecretLoggingTests {
  // RFC 9850 §2.1 and §2.2.
  @Test(arguments: versions, wires)
  func `both ends tell the same secrets, and the client's random`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Self.telling(version).pair(wire)
    try pair.settle()
    let lines = pair.client.engine.keyLog.map { $0.split(separator: " ").map(String.init) }
    #expect(Set(pair.server.engine.keyLog) == Set(lines.map { $0.joined(separator: " ") }))
    let labels = lines.map { $0[0] }
    #expect(
      labels.sorted()
        == (version == .tls12
          ? ["CLIENT_RANDOM"]
          : [
            "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
            "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0",
          ]))
    #expect(lines.allSatisfy { $0.count == 3 && $0[1].utf8.count == 64 })
    #expect(lines.allSatisfy { $0[2].utf8.count == (version == .tls12 ? 96 : 64) })
    #expect(Set(lines.map { $0[1] }).count == 1)
    #expect(Set(lines.map { $0[2] }).count == lines.count)
  }

  @Test(arguments: versions)
  func `nothing is told unless asked`(version: ProtocolVersion) throws {
    #expect(TLSConfiguration().logsSecrets == .never)
    let puppets = try Settings(version).open()
    #expect(puppets.client.engine.keyLog.isEmpty && puppets.server.engine.keyLog.isEmpty)
  }

  @Test func `early data adds its two secrets`() throws {
    let settings = Self.telling(.tls13)
    let contexts = try (TLSContext(settings.client), TLSContext(settings.server))
    let first = try Puppets(contexts.0, contexts.1)
    SSL_set_max_early_data(first.server.engine.connection.ssl, 1000)
    first.exchange()
    try first.server.write([1])
    first.exchange()
    let session = try session(of: first.client.engine)
    defer { SSL_SESSION_free(session) }
    let client = try Puppets(contexts.0, contexts.1).client.engine
    SSL_set_session(client.connection.ssl, session)
    var count = 0
    #expect(client.connection.restoreBuffers())
    #expect(SSL_write_early_data(client.connection.ssl, [1], 1, &count) == 1)
    #expect(
      client.keyLog.map { $0.prefix { $0 != " " } } == [
        "EARLY_EXPORTER_SECRET", "CLIENT_EARLY_TRAFFIC_SECRET",
      ])
  }

  @Test func `key updates tell nothing, however many`() throws {
    let puppets = try Self.telling(.tls13).open()
    for _ in 0..<50 {
      _ = try puppets.client.engine.updateKeys()
      try puppets.client.write([1])
      puppets.exchange()
    }
    #expect(puppets.client.engine.keyLog.count == 5 && puppets.server.engine.keyLog.count == 5)
    #expect(puppets.server.received.count == 50)
  }

  @Test func `other events take no line's place, and lines come first`() {
    var queue = EventQueue()
    for _ in 0..<100 { queue.append(.alert(.noRenegotiation, .received)) }
    for number in 0..<EventQueue.lineCapacity + 3 { queue.append(keyLog: "\(number)") }
    for number in 0..<EventQueue.lineCapacity { #expect(queue.next() == .keyLog("\(number)")) }
    for _ in 0..<EventQueue.capacity {
      #expect(queue.next() == .alert(.noRenegotiation, .received))
    }
    #expect(queue.next() == .dropped(100 - EventQueue.capacity + 3))
    #expect(queue.next() == nil)
  }

  private static func telling(_ version: ProtocolVersion) -> Settings {
    Settings(version).changed {
      $0.client.logsSecrets = .asEvents
      $0.server.logsSecrets = .asEvents
    }
  }
}

extension TLSEngine {
  /// Takes all events and answers the key log's lines among them.
  var keyLog: [String] {
    allEvents().compactMap { if case .keyLog(let line) = $0 { line } else { nil } }
  }

  /// Takes all events.
  func allEvents() -> [Event] {
    var all: [Event] = []
    while let event = nextEvent() { all.append(event) }
    return all
  }
}
