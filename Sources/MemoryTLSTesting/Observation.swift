import MemoryTLS
import MemoryTLSFlights

/// What a scenario came to, once nothing moves any more.
struct Observation: Sendable {
  var client: Ending
  var server: Ending
  var log: FlightLog
  /// How many turns it took.
  var turns: Int
  /// Whether nothing moved at the end; false if the turns ran out.
  var isAtRest: Bool
  /// Whether both waited for ever, until the input of both was ended.
  var wasHungUp = false
  /// Whether the fault's place was reached.
  var wasStruck: Bool

  /// Plays a scenario; what then waits for ever gets the end of its input, as from a transport that
  /// goes down.
  init(of scenario: Sweep.Scenario, under fault: Fault?, limit: Int) throws {
    self = try scenario.withPair { pair in
      Observation(of: scenario, under: fault, with: pair, limit: limit)
    }
  }

  private init(
    of scenario: Sweep.Scenario, under fault: Fault?, with pair: EnginePair, limit: Int
  ) {
    if let fault { pair.inject(fault) }
    var turnsLeft = limit
    pair.rest(&turnsLeft)
    for act in scenario.acts {
      act.perform(in: pair)
      pair.rest(&turnsLeft)
    }
    if !pair.client.isOver || !pair.server.isOver {
      wasHungUp = true
      pair.hangUp()
      pair.rest(&turnsLeft)
    }
    wasStruck = pair.faultHasStruck
    (log, turns, isAtRest) = (pair.log, limit - turnsLeft, turnsLeft > 0)
    client = Ending(of: pair.client, sent: pair.log.sent(.clientToServer))
    server = Ending(of: pair.server, sent: pair.log.sent(.serverToClient))
  }

  func sender(_ direction: Direction) -> Ending {
    direction == .clientToServer ? client : server
  }

  /// Whether both ends did everything they were to do.
  var isComplete: Bool {
    isAtRest && !wasHungUp && [client, server].allSatisfy { $0.error == nil && $0.isOver }
  }

  /// What it counts as.
  var outcome: Sweep.Outcome {
    let errors = [client.error, server.error].compactMap { $0 }
    if errors.isEmpty { return .completed }
    let isTold = [client, server].contains { $0.error?.code != .truncated && $0.sentAlert != nil }
    if isTold { return .alert }
    return errors.contains { $0.code == .truncated } ? .truncated : .silent
  }
}

/// What one end came to.
struct Ending: Sendable {
  var phase: TLSError.Phase
  var error: TLSError?
  var received: [UInt8]
  /// Whether it got the peer's close_notify.
  var hasEnded: Bool
  /// Whether it waits for nothing more.
  var isOver: Bool
  /// Bytes that were never pulled, or lie in front of it.
  var pending: Int
  var negotiated: Negotiated?
  /// What further calls threw after the error, in the order of ``Endpoint/callsAfterwards()``.
  var repeated: [TLSError?]
  var lastSent = LastRecord.unseen

  init(of end: Endpoint, sent: [Flight]) {
    phase = end.engine.phase
    error = end.error
    received = end.received
    hasEnded = end.hasEnded
    isOver = end.isOver
    pending = end.engine.pendingCiphertext + end.incoming.count
    negotiated = end.error == nil ? end.engine.negotiated : nil
    repeated = end.error == nil ? [] : end.callsAfterwards()
    // What those calls left behind counts too.
    pending = max(pending, end.engine.pendingCiphertext)
    if sentAlert != nil { lastSent = LastRecord(of: sent) }
  }

  /// The alert that it says it sent.
  var sentAlert: Alert? { error?.alert.flatMap { $0.origin == .sent ? $0.alert : nil } }
}

/// What the last record was that an end sent.
enum LastRecord: Sendable {
  /// Nobody asked.
  case unseen
  /// It is not all there.
  case partial
  case alert
  case other

  /// In TLS 1.3 an alert looks like data (RFC 8446 §5.2), but the messages' names tell, if there are
  /// any.
  init(of flights: [Flight]) {
    let (records, rest) = Record.split(flights.flatMap(\.bytes))
    let mayBe = flights.last?.messages.last.map { $0.hasPrefix("alert") } ?? true
    switch records.last?.contentType {
    case nil: self = .partial
    case _ where rest > 0: self = .partial
    case .alert where mayBe, .applicationData where mayBe: self = .alert
    default: self = .other
    }
  }
}

extension FlightLog {
  fileprivate func sent(_ direction: Direction) -> [Flight] {
    flights.filter { $0.direction == direction }
  }
}

extension EnginePair {
  /// Takes turns until nothing moves or none are left.
  fileprivate func rest(_ turnsLeft: inout Int) {
    while turnsLeft > 0 {
      turnsLeft -= 1
      guard step() else { return }
    }
  }
}
