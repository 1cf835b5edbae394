import COpenSSL
@testable import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Further handshakes of TLS 1.2, which a server of OpenSSL's asks for; real ones are in the tests of
/// transports.
@Suite(.withAllAndNeededAlgorithms) struct RenegotiationTests {
  @Test(arguments: [512, 17_408], [Wire.whole, .bytes(1), .seeded(7)])
  func `a client that may shakes hands again`(capacity: Int, wire: Wire) throws {
    let pair = try Self.allowed.capacity(capacity).pair(wire)
    try pair.settle()
    for _ in 0..<2 {
      ask(pair.server.engine)
      pair.client.send(text(1000))
      pair.server.send(text(1000))
      try pair.settle()
      #expect(pair.client.engine.allEvents() == [.renegotiated])
    }
    #expect(pair.client.received == text(1000) + text(1000))
    #expect(pair.server.received == text(1000) + text(1000))
    #expect(pair.client.engine.negotiated?.version == .tls12)
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test func `what was recorded of it is read, with the new keys too`() throws {
    let contexts = Self.allowed.changed { $0.client.logsSecrets = .asEvents }
    let pair = try EnginePair(
      client: TLSContext(contexts.client), server: TLSContext(contexts.server))
    try pair.settle()
    ask(pair.server.engine)
    pair.client.send(text(100))
    pair.server.send(text(200))
    try pair.settle()
    let lines = pair.client.engine.allEvents().compactMap { event in
      if case .keyLog(let line) = event { line } else { nil as String? }
    }
    let dissection = Dissection(pair.log, keyLog: KeyLog(lines: lines))
    #expect(dissection.records.allSatisfy { $0.plaintext != nil } && dissection.rests == [])
    for direction in Direction.allCases {
      let read = dissection.messages.map(\.message).filter { $0.direction == direction }
      let sent = pair.log.flights.filter { $0.direction == direction }.flatMap(\.notes)
      #expect(read.filter { $0.contentType != .applicationData } == sent.compactMap(\.message))
    }
    #expect(dissection.messages.count { $0.message.handshakeType == .clientHello } == 2)
    #expect(dissection.messages.count { $0.message.handshakeType == .helloRequest } == 1)
  }

  @Test func `refused is the default, and the server is told`() throws {
    let pair = try Settings(.tls12).pair()
    try pair.settle()
    ask(pair.server.engine)
    pair.server.send([1])
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.client.engine.nextEvent() == .alert(.noRenegotiation, .sent))
    #expect(pair.server.error?.code == .protocolFailure)
  }

  @Test func `a server refuses its clients all the same`() throws {
    let pair = try Self.allowed.changed { $0.server.renegotiation = .allowed }.pair()
    try pair.settle()
    SSL_renegotiate(pair.client.engine.connection.ssl)
    pair.client.send([1])
    _ = try? pair.settle()
    #expect(pair.server.engine.nextEvent() == .alert(.noRenegotiation, .sent))
    #expect(pair.server.received.isEmpty)
  }

  @Test func `a client that only writes gets there too`() throws {
    let puppets = try Self.allowed.open()
    ask(puppets.server.engine)
    _ = try puppets.server.engine.write([7])
    puppets.server.pull()
    puppets.client.take(puppets.server.news())
    var transfer = try puppets.client.engine.write([9])
    #expect(transfer == .needs(.push(atLeast: 5)))
    for _ in 0..<20 where transfer != .moved(1) {
      puppets.server.take(puppets.client.news())
      puppets.client.push(puppets.server.news()[...])
      transfer = try puppets.client.engine.write([9])
      puppets.client.pull()
    }
    #expect(transfer == .moved(1))
    puppets.server.take(puppets.client.news())
    #expect(puppets.server.received.last == 9)
  }

  @Test func `secrets are not to be had meanwhile, and others afterwards`() throws {
    let puppets = try Self.allowed.open()
    let engine = puppets.client.engine
    let unique = try engine.channelBinding(.tlsUnique)
    ask(puppets.server.engine)
    _ = try? puppets.server.engine.write([1])
    puppets.server.pull()
    puppets.client.push(puppets.server.news()[...])
    puppets.client.move()
    #expect(throws: TLSError.misuse(.handshakeIncomplete, .open)) {
      try engine.exportKeyingMaterial(label: "l", count: 1)
    }
    #expect(throws: TLSError.misuse(.handshakeIncomplete, .open)) {
      try engine.channelBinding(.tlsUnique)
    }
    puppets.exchange()
    #expect(engine.allEvents() == [.renegotiated])
    #expect(try engine.channelBinding(.tlsUnique) != unique)
    #expect(
      try engine.channelBinding(.tlsUnique)
        == puppets.server.engine.channelBinding(.tlsUnique))
    let error = #expect(throws: TLSError.self) { try engine.channelBinding(.tlsExporter) }
    #expect(error?.code == .unavailable)
  }

  @Test func `closing waits for it`() throws {
    let puppets = try Self.allowed.open()
    ask(puppets.server.engine)
    _ = try? puppets.server.engine.write([1])
    puppets.server.pull()
    puppets.client.push(puppets.server.news()[...])
    puppets.client.move()
    #expect(try puppets.client.engine.close() == .needs(.pull))
    puppets.exchange()
    #expect(try puppets.client.engine.close() == .done)
    puppets.exchange()
    #expect(puppets.server.hasEnded)
  }

  /// Makes a server ask with its next write.
  private func ask(_ server: TLSEngine) {
    SSL_clear_options(server.connection.ssl, COpenSSL_SSL_OP_NO_RENEGOTIATION)
    #expect(SSL_renegotiate(server.connection.ssl) == 1)
  }

  private static var allowed: Settings {
    Settings(.tls12).changed { $0.client.renegotiation = .allowed }
  }
}
