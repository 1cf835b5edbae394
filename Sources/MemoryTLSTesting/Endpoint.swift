public import MemoryTLS
import MemoryTLSFlights

/// One end of an ``EnginePair``: an engine with the plaintext it still has to write and what it has
/// read.
public final class Endpoint {
  /// The engine; drive it through the pair.
  public let engine: TLSEngine
  /// All plaintext read so far.
  public private(set) var received: [UInt8] = []
  /// Whether the peer's close_notify was read.
  public private(set) var hasEnded = false
  /// What the engine threw; it is driven no more after that.
  public private(set) var error: TLSError?
  /// Answers what the handshake waits for, at once or later: without an answer the pair stalls.
  public var decider: ((Decision, TLSEngine) throws(TLSError) -> Void)?
  /// How often `step()` was called.
  public private(set) var steps = 0
  /// How many flights had begun, of both ends, when its handshake was done; nil before. For a client
  /// two flights are one round trip.
  public private(set) var flightsUntilDone: Int?

  /// Ciphertext on its way to this end.
  var incoming: [UInt8] = []
  private var incomingEnd = IncomingEnd.open
  private var unsent: ArraySlice<UInt8> = []
  private var isToClose = false
  private let notes: Notes

  init(_ engine: TLSEngine, notes: Notes = Notes()) {
    self.engine = engine
    self.notes = notes
    notes.watch(engine)
  }

  /// Queues plaintext, to be written when the pair settles.
  public func send(_ plaintext: [UInt8]) { unsent += plaintext }

  /// Closes when everything queued is written.
  public func close() { isToClose = true }

  /// Whether something asked of this end is still to be done.
  var isUnfinished: Bool {
    engine.phase == .handshake || !unsent.isEmpty || (isToClose && engine.phase != .closing)
  }

  /// Whether this end waits for nothing more: it failed, or both closed.
  var isOver: Bool { error != nil || (engine.phase == .closing && hasEnded && unsent.isEmpty) }

  /// What it has meant to say since this was last asked.
  func takeNotes() -> [FlightNote] { notes.take() }
}

// MARK: - Driving

extension Endpoint {
  /// Moves the engine until it is blocked; answers whether anything came of it. So many flights have
  /// begun.
  func advance(after flights: Int) -> Bool {
    guard error == nil else { return false }
    let before = state
    do throws(TLSError) {
      guard try shakeHands() else { return state != before }
      flightsUntilDone = flightsUntilDone ?? flights
      try writeQueued()
      try readAll()
    } catch {
      self.error = error
    }
    return state != before
  }

  /// Offers what is on its way to the engine, and the end behind it; answers whether it took any. A
  /// failed engine takes all.
  func takeIncoming() -> Bool {
    guard !incoming.isEmpty else { return takeEnd() }
    let taken: Int
    do throws(TLSError) { taken = try engine.push(incoming) } catch { taken = incoming.count }
    incoming.removeFirst(taken)
    return taken > 0
  }

  /// Says that nothing comes behind what is on its way.
  func endIncoming() {
    if incomingEnd == .open { incomingEnd = .coming }
  }

  private func takeEnd() -> Bool {
    guard incomingEnd == .coming else { return false }
    incomingEnd = .arrived
    engine.endOfInput()
    return true
  }

  private enum IncomingEnd {
    case open, coming, arrived
  }

  private func shakeHands() throws(TLSError) -> Bool {
    while engine.phase == .handshake {
      if let decision = engine.decision {
        try decider?(decision, engine)
        guard engine.decision == nil else { return false }
      }
      steps += 1
      switch try engine.step() {
      case .done: return true
      case .needs: return false
      case .undecided: continue
      }
    }
    return true
  }

  private func writeQueued() throws(TLSError) {
    while !unsent.isEmpty {
      guard case .moved(let count) = try writeOnce() else { return }
      unsent.removeFirst(count)
    }
    if isToClose { _ = try engine.close() }
  }

  private func writeOnce() throws(TLSError) -> Transfer {
    let plaintext = unsent
    return try engine.write(plaintext.span)
  }

  private func readAll() throws(TLSError) {
    while !hasEnded {
      let (bytes, transfer) = try engine.read()
      received += bytes
      if case .needs = transfer { return }
      hasEnded = transfer == .ended
    }
  }

  /// What changes when the engine gets anywhere.
  private var state: [Int] {
    [
      engine.phase == .handshake ? 0 : engine.phase == .open ? 1 : 2, engine.pendingCiphertext,
      engine.unreadCiphertext, received.count, unsent.count, hasEnded ? 1 : 0, error == nil ? 0 : 1,
    ]
  }
}

extension Endpoint: CustomStringConvertible {
  /// The engine's state in a line; in another what was agreed on, what it waits for, and how much it
  /// has done.
  public var description: String {
    let details = [
      engine.negotiated.map { "\($0)" }, engine.decision.map { "undecided: \($0.label)" },
      counted(steps, "step"), "\(counted(received.count, "byte")) read",
      unsent.isEmpty ? nil : "\(unsent.count) to write", hasEnded ? "the peer has closed" : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    return "\(engine)\n  \(details)"
  }
}

private func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}

extension Decision {
  fileprivate var label: String {
    switch self {
    case .clientHello: "clientHello"
    case .certificate: "certificate"
    case .peerCertificate: "peerCertificate"
    }
  }
}

// MARK: - Afterwards

extension Endpoint {
  static let namesOfCallsAfterwards = ["step", "read", "write", "close", "push"]

  /// What each of these calls throws to an end that has failed.
  func callsAfterwards() -> [TLSError?] {
    func thrown(_ call: () throws(TLSError) -> Void) -> TLSError? {
      do throws(TLSError) { try call() } catch { return error }
      return nil
    }
    return [
      thrown { () throws(TLSError) in _ = try engine.step() },
      thrown { () throws(TLSError) in _ = try engine.read() },
      thrown { () throws(TLSError) in _ = try engine.write([0]) },
      thrown { () throws(TLSError) in _ = try engine.close() },
      thrown { () throws(TLSError) in _ = try engine.push([0]) },
    ]
  }
}
