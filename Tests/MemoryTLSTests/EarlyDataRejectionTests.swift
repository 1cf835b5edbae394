import COpenSSL
@testable import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Early data that a server does not take.
@Suite(.withAllAndNeededAlgorithms) struct EarlyDataRejectionTests {
  // RFC 8446 §4.2.10: "the server MUST verify that the following values are the same as those
  // associated with the selected PSK: the TLS version number, the selected cipher suite, the selected
  // ALPN protocol, if any"
  @Test(arguments: Rejection.allCases, wires)
  func `it is told, and nothing is sent again`(rejection: Rejection, wire: Wire) throws {
    let early = try rejection.meeting()
    let pair = try early.pair(wire)
    #expect(try pair.client.engine.writeEarly(text(5000)) == .moved(5000))
    pair.client.send(text(70))
    try pair.settle()
    #expect(
      pair.client.engine.earlyData == EarlyDataOutcome(verdict: .rejected, bytes: 5000))
    if rejection != .notTaken {
      #expect(pair.server.engine.earlyData == EarlyDataOutcome(verdict: .rejected, bytes: 0))
      #expect(try readAllEarly(pair.server.engine) == [])
    }
    #expect(pair.server.received == text(70))
    #expect(pair.isResumed == rejection.resumes)
  }

  @Test func `a session that is too old resumes without its early data`() throws {
    let early = try EarlyMeeting()
    let puppets = try early.puppets(resuming: early.session.later(by: -100))
    #expect(try puppets.client.engine.writeEarly(text(10)) == .moved(10))
    puppets.exchange()
    #expect(puppets.client.engine.earlyData?.verdict == .rejected)
    #expect(puppets.client.engine.negotiated?.resumed == true)
  }

  // RFC 8446 §8: "the server to ensure that any given PSK identity is used at most once"
  @Test func `a ClientHello that is replayed is not accepted again, at no context of the store`()
    throws
  {
    let early = try EarlyMeeting()
    let puppets = try early.puppets()
    #expect(try puppets.client.engine.writeEarly(text(100)) == .moved(100))
    puppets.client.pull()
    let flight = puppets.client.news()
    puppets.server.push(flight[...])
    #expect(try puppets.server.engine.readEarly().bytes == text(100))
    for context in [early.reunion.server, try TLSContext(early.settings.server)] {
      let victim = Puppet(try TLSEngine(context, as: .server))
      victim.take(flight)
      #expect(victim.error == nil && victim.engine.phase == .handshake)
      #expect(victim.engine.earlyData == EarlyDataOutcome(verdict: .rejected, bytes: 0))
      victim.pull()
      #expect(try victim.engine.readEarly().bytes == [])
    }
  }

  @Test func `many engines that are given one ClientHello accept it once`() async throws {
    let early = try EarlyMeeting()
    let puppets = try early.puppets()
    #expect(try puppets.client.engine.writeEarly(text(100)) == .moved(100))
    puppets.client.pull()
    let flight = puppets.client.news()
    let server = early.reunion.server
    let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          let victim = Puppet(try TLSEngine(server, as: .server))
          victim.take(flight)
          return victim.engine.earlyData?.verdict == .accepted ? 1 : 0
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(accepted == 1)
  }

  @Test func `a client that sends more than it may is cut off`() throws {
    let early = try EarlyMeeting { $0.server.earlyData = .upTo(1000) }
    let handle = try SessionHandle(der: early.session.bytes)
    SSL_SESSION_set_max_early_data(handle.pointer, 16384)
    let puppets = try early.puppets(resuming: TLSSession(handle))
    #expect(try puppets.client.engine.writeEarly(text(1400)) == .moved(1400))
    puppets.exchange()
    #expect(puppets.server.error?.code == .protocolFailure)
    #expect(puppets.server.error?.fault == .peer)
    #expect(puppets.client.error?.code == .alertReceived)
    try expectLatched(puppets.server.engine, puppets.server.error)
    #expect(throws: TLSError.self) { try puppets.server.engine.readEarly() }
    #expect(throws: TLSError.self) { try puppets.server.engine.writeEarly([1]) }
  }

  @Test func `a close_notify among early data is no end of the handshake`() throws {
    let early = try EarlyMeeting()
    let puppets = try early.puppets()
    #expect(try puppets.client.engine.writeEarly(text(10)) == .moved(10))
    #expect(puppets.client.engine.connection.shutdown() == .success)
    puppets.client.pull()
    puppets.server.take(puppets.client.news())
    #expect(puppets.server.error?.code == .closedDuringHandshake)
    #expect(puppets.server.engine.phase == .handshake)
  }

  @Test func `a first flight that was changed or cut gives no other bytes`() throws {
    let early = try EarlyMeeting { $0.server.tickets = .afterHandshake(16) }
    var sessions: [TLSSession] = []
    var noise = Noise(seed: 3)
    for round in 0..<160 {
      if sessions.isEmpty { sessions = try early.reunion.meet().sessions }
      let puppets = try early.puppets(resuming: sessions.removeLast())
      _ = try puppets.client.engine.writeEarly(text(300))
      puppets.client.pull()
      var flight = puppets.client.news()
      let place = noise.next(below: flight.count)
      if round % 4 == 0 { flight.removeLast(place) } else { flight[place] ^= noise.byte() | 1 }
      puppets.server.take(flight)
      puppets.server.engine.endOfInput()
      puppets.server.run()
      #expect(puppets.server.error != nil && puppets.server.engine.phase == .handshake)
      let unread = puppets.server.engine.connection.reports.early.unread
      #expect(unread.isEmpty || unread.count == 300)
      #expect(Record.split(puppets.server.sent).rest == 0)
    }
  }

  @Test func `an alert is whole though early answers fill the ring`() throws {
    var early = try EarlyMeeting()
    early.reunion = try Reunion(early.settings.capacity(512))
    let puppets = try early.puppets()
    #expect(try puppets.client.engine.writeEarly(text(30)) == .moved(30))
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    for _ in 0..<1000 {
      guard case .moved = try puppets.server.engine.writeEarly([7]) else { break }
    }
    #expect(puppets.server.engine.pendingCiphertext > 480)
    puppets.server.push(badRecord[...])
    puppets.server.move()
    puppets.server.pull()
    #expect(puppets.server.error?.alert?.origin == .sent)
    #expect(Record.split(puppets.server.sent).rest == 0)
    puppets.client.take(puppets.server.news())
    #expect(puppets.client.error?.code == .alertReceived)
  }

  // RFC 8446 §D.3: "If a client attempting 0-RTT receives a TLS 1.2 ServerHello, it MUST fail."
  @Test func `a server that knows only TLS 1.2 any more fails the connection`() throws {
    var early = try EarlyMeeting { $0.client.versions = .tls12 ... .tls13 }
    early.reunion.server = try TLSContext(
      early.settings.changed { $0.server.versions = .tls12 ... .tls12 }.server)
    let puppets = try early.puppets()
    #expect(try puppets.client.engine.writeEarly(text(100)) == .moved(100))
    puppets.exchange()
    #expect(puppets.client.error != nil && puppets.server.error != nil)
  }

  @Test func `a client that speaks TLS 1.2 is served by a server that takes early data`() throws {
    let early = try EarlyMeeting { $0.server.versions = .tls12 ... .tls13 }
    let old = try TLSContext(
      early.settings.changed { $0.client.versions = .tls12 ... .tls12 }.client)
    let pair = EnginePair(
      client: try TLSEngine(old, as: .client(.name("localhost"))),
      server: try TLSEngine(early.reunion.server, as: .server), wire: .bytes(1))
    try pair.settle()
    pair.client.send(text(100))
    try pair.settle()
    #expect(pair.server.received == text(100))
    #expect(try pair.server.engine.readEarly().transfer == .ended)
    #expect(pair.server.engine.earlyData == nil)
  }

  @Test func `other protocols than the session's are never offered early`() throws {
    var early = try EarlyMeeting {
      $0.client.applicationProtocols = ["h2"]
      $0.server.applicationProtocols = ["h2", "http/1.1"]
    }
    early.reunion.client = try TLSContext(
      early.settings.changed { $0.client.applicationProtocols = ["http/1.1"] }.client)
    let pair = try early.pair()
    #expect(pair.client.engine.earlyDataRoom == 0)
    try pair.settle()
    #expect(pair.isResumed)
  }
}

/// Why a server does not take early data.
enum Rejection: CaseIterable {
  case helloRetryRequest, otherProtocol, notTaken, forgotten

  var resumes: Bool { self != .forgotten }

  func meeting() throws -> EarlyMeeting {
    var early = try EarlyMeeting {
      $0.client.applicationProtocols = ["h2", "http/1.1"]
      $0.server.applicationProtocols = ["h2", "http/1.1"]
    }
    let server = early.settings.changed {
      switch self {
      case .helloRetryRequest: $0.server.groups = [.secp384r1]
      case .otherProtocol: $0.server.applicationProtocols = ["http/1.1"]
      case .notTaken: $0.server.earlyData = .none
      case .forgotten: $0.server.sessionStore?.removeAll()
      }
    }.server
    early.reunion.server = try TLSContext(server)
    return early
  }
}
