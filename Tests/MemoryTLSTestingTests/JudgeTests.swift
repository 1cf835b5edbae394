@testable import MemoryTLS
@testable import MemoryTLSTesting
import MemoryTLSFlights
import Testing

/// Each rule, broken by an observation that nothing else is wrong with.
@Suite struct JudgeTests {
  private static let scenario = fixture { try SweepTests.scenario(.tls13) }
  private static let whole = fixture { try observe(nil) }
  /// The client finds a bad record, and tells the server.
  private static let flip = fixture { try Fault("server flight 1: flip bit 0 of byte 300") }
  private static let alerted = fixture { try observe(flip) }
  /// The server's Finished is lost, and nobody says anything more.
  private static let cut = fixture { try Fault("server flight 1: cut after 700 bytes") }
  private static let stalled = fixture { try observe(cut) }

  private static func observe(_ fault: Fault?) throws -> Observation {
    try Observation(of: scenario, under: fault, limit: 1000)
  }

  /// What is broken after a change to an observation, and by whom.
  private func broken(
    _ seen: Observation, under fault: Fault = flip, change: (inout Observation) -> Void
  ) -> [String] {
    #expect(Judge(fault: fault, seen: seen, reference: Self.whole).breaches().isEmpty)
    var seen = seen
    change(&seen)
    let breaches = Judge(fault: fault, seen: seen, reference: Self.whole).breaches()
    return breaches.map { breach in
      let side = breach.side.map { $0 == .clientToServer ? "client" : "server" } ?? "both"
      #expect("\(breach)".hasPrefix("\(breach.rule) broken") && !breach.finding.isEmpty)
      return "\(breach.rule) \(side)"
    }
  }

  private func error(
    _ code: TLSError.Code, _ fault: TLSError.Fault, alert: TLSError.SeenAlert? = nil
  ) -> TLSError {
    TLSError(code, fault, "doctored", phase: .handshake, alert: alert)
  }

  @Test func `what is seen of real cases breaks no rule`() {
    #expect(Self.whole.isComplete && Self.whole.outcome == .completed)
    #expect(Self.alerted.outcome == .alert && Self.alerted.client.sentAlert == .badRecordMAC)
    #expect(Self.alerted.client.lastSent == .alert)
    #expect(Self.alerted.server.error?.code == .alertReceived)
    #expect(Self.stalled.outcome == .truncated && Self.stalled.wasHungUp)
    #expect(broken(Self.whole) { _ in } == [])
    #expect(broken(Self.stalled, under: Self.cut) { _ in } == [])
  }

  @Test(
    arguments: [
      (.aborted, .caller), (.unexpected, .environment), (.unexpected, .peer),
      (.protocolFailure, .environment), (.alertReceived, .caller),
    ] as [(TLSError.Code, TLSError.Fault)])
  func `an error is the peer's fault`(code: TLSError.Code, fault: TLSError.Fault) {
    let found = broken(Self.stalled, under: Self.cut) { seen in
      seen.client.error = error(code, fault)
      seen.client.repeated = seen.client.repeated.map { _ in seen.client.error }
      if code == .protocolFailure { seen.client.phase = .closing }
    }
    #expect(found.contains("owner client"))
  }

  @Test(arguments: [LastRecord.partial, .other, .unseen])
  func `an alert is the last record, and whole`(last: LastRecord) {
    #expect(broken(Self.alerted) { $0.client.lastSent = last } == ["alert client"])
  }

  @Test func `last records are told apart`() throws {
    var log = FlightLog()
    #expect(LastRecord(of: log.flights) == .partial)
    let messages = [message(.handshake, [20, 0, 0, 0]), message(.alert, [2, 40])]
    log.append([22, 3, 3, 0, 1, 0, 21, 3, 3], .clientToServer, notes: messages)
    #expect(LastRecord(of: log.flights) == .partial)
    log.append([0, 2, 2, 40], .clientToServer)
    #expect(LastRecord(of: log.flights) == .alert)
    log.append([23, 3, 3, 0, 1, 0], .clientToServer)
    #expect(LastRecord(of: log.flights) == .alert)
    log.append([], .clientToServer, notes: [message(.handshake, [24, 0, 0, 1, 0])])
    #expect(LastRecord(of: log.flights) == .other)
    log.append([22, 3, 3, 0, 1, 0], .clientToServer, notes: [message(.alert, [2, 40])])
    #expect(LastRecord(of: log.flights) == .other)
  }

  private func message(_ type: ContentType, _ bytes: [UInt8]) -> FlightNote {
    .message(ProtocolMessage(direction: .clientToServer, contentType: type, bytes: bytes))
  }

  @Test func `who gives up says so`() {
    let found = broken(Self.alerted) { seen in
      seen.client.error = error(.protocolFailure, .peer)
      seen.client.repeated = seen.client.repeated.map { _ in seen.client.error }
      seen.server.error = error(.truncated, .peer)
      seen.server.repeated = seen.server.repeated.map { _ in seen.server.error }
    }
    #expect(found == ["alert client"])
  }

  @Test func `an alert reaches the peer`() {
    let lost = broken(Self.alerted) { seen in
      seen.server.error = error(.truncated, .peer)
      seen.server.repeated = seen.server.repeated.map { _ in seen.server.error }
    }
    #expect(lost == ["delivery both"])
    let other = broken(Self.alerted) { seen in
      let alert = TLSError.SeenAlert(alert: .decodeError, origin: .received)
      seen.server.error = error(.alertReceived, .peer, alert: alert)
      seen.server.repeated = seen.server.repeated.map { _ in seen.server.error }
    }
    #expect(other == ["delivery both"])
    let ignored = broken(Self.alerted) { $0.server.error = nil }
    #expect(ignored.contains("delivery both"))
  }

  @Test func `no alert comes from nowhere`() {
    let found = broken(Self.stalled, under: Self.cut) { seen in
      let alert = TLSError.SeenAlert(alert: .internalError, origin: .received)
      seen.server.error = error(.alertReceived, .peer, alert: alert)
      seen.server.repeated = seen.server.repeated.map { _ in seen.server.error }
    }
    #expect(found == ["delivery both"])
  }

  @Test
  func `on the faulty way, behind bytes that came back, and on a dead wire alerts may be lost`() {
    let back = Fault(.serverToClient, flight: 1, .reflect(.chunk(1, at: 300)))
    for (fault, seen) in [
      (Fault(.clientToServer, .cut(after: 0)), Self.alerted), (back, Self.alerted),
    ] {
      let found = broken(seen, under: fault) { seen in
        seen.server.error = error(.truncated, .peer)
        seen.server.repeated = seen.server.repeated.map { _ in seen.server.error }
      }
      #expect(found == [])
    }
    #expect(Self.stalled.client.sentAlert != nil)
    #expect(Self.stalled.server.error?.code == .truncated)
  }

  @Test(arguments: [
    [0], Array("pinx".utf8), Array("and moreping".utf8), Array("pingand more!".utf8),
  ])
  func `plaintext is the beginning of what was sent`(plaintext: [UInt8]) {
    #expect(broken(Self.alerted) { $0.server.received = plaintext } == ["plaintext server"])
  }

  @Test func `a clean end comes from a close, behind everything`() {
    let early = broken(Self.alerted) { $0.server.hasEnded = true }
    #expect(early == ["cleanEnd server"])
    let short = broken(Self.alerted) { seen in
      seen.server.hasEnded = true
      seen.client.phase = .closing
      seen.server.received = Array("ping".utf8)
    }
    #expect(short == ["cleanEnd server"])
  }

  @Test func `nobody moves or waits for ever`() {
    #expect(broken(Self.alerted) { $0.isAtRest = false } == ["rest both"])
    #expect(broken(Self.alerted) { $0.client.isOver = false } == ["rest client"])
    #expect(
      broken(Self.whole) { ($0.client.isOver, $0.server.isOver) = (false, false) } == ["rest both"])
  }

  @Test func `nothing is left behind`() {
    #expect(broken(Self.alerted) { $0.client.pending = 1 } == ["pending client"])
    #expect(broken(Self.whole) { $0.server.pending = 7 } == ["pending server"])
  }

  @Test(arguments: 0..<5)
  func `further calls throw the same`(call: Int) {
    #expect(broken(Self.alerted) { $0.client.repeated[call] = nil } == ["latch client"])
    let others = [
      error(.protocolFailure, .peer), Self.alerted.server.error,
      error(.alertReceived, .peer, alert: Self.alerted.server.error?.alert),
    ]
    for other in others {
      #expect(broken(Self.alerted) { $0.client.repeated[call] = other } == ["latch client"])
    }
  }

  @Test func `who completes has everything`() throws {
    #expect(broken(Self.whole) { $0.client.received.removeLast() }.contains("agreement client"))
    #expect(broken(Self.whole) { $0.server.hasEnded = false } == ["agreement server"])
    let other = try Observation(of: try SweepTests.scenario(.tls12), under: nil, limit: 1000)
    let found = broken(Self.whole) { $0.server.negotiated = other.server.negotiated }
    #expect(found == ["agreement server"])
  }
}
