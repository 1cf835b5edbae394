import MemoryTLS

/// An engine that hears recorded flights and does what recorded notes tell. It never waits: every round
/// moves bytes or is the last.
final class ReplayedEngine {
  let engine: TLSEngine
  /// All plaintext that was read.
  private(set) var received: [UInt8] = []
  /// What the engine threw; it is driven no more after that.
  private(set) var error: TLSError?

  private let messages: ReplayedMessages
  private let decider: ((Decision, TLSEngine) throws(TLSError) -> Void)?
  /// What was said since the last flight was taken.
  private var bytes: [UInt8] = []
  private var notes: [FlightNote] = []
  /// How many messages of a label are among the notes.
  private var counts: [String: Int] = [:]
  private var hasEnded = false
  private var hasBegun = false

  init(
    _ engine: TLSEngine, _ messages: ReplayedMessages,
    _ decider: ((Decision, TLSEngine) throws(TLSError) -> Void)?
  ) {
    (self.engine, self.messages, self.decider) = (engine, messages, decider)
  }

  /// Takes in what the peer said, as far as the engine takes it.
  func hear(_ flight: [UInt8]) {
    var rest = flight[...]
    attempt { () throws(TLSError) in
      repeat {
        let piece = rest
        let taken = try engine.push(piece.span)
        rest = rest.dropFirst(taken)
        let moved = try advance()
        guard taken > 0 || moved else { return }
      } while !rest.isEmpty
    }
  }

  /// Does what the notes of a flight tell that an application did, and lets the engine do the rest.
  func perform(_ recorded: [FlightNote]) {
    attempt { () throws(TLSError) in
      // A client's early data must come before its first step.
      if hasBegun || engine.earlyDataRoom == 0 { _ = try advance() }
      let lastWrite = recorded.lastIndex { $0.message == nil } ?? -1
      var expected: [String: Int] = [:]
      for (index, note) in recorded.enumerated() {
        switch note {
        case .write(let plaintext):
          try write(plaintext)
        case .message(let message):
          expected[message.label, default: 0] += 1
          let missing = expected[message.label, default: 0] - counts[message.label, default: 0]
          guard missing > 0 else { continue }
          let rest = recorded[index...].prefix(engine.ticketsOwed + 1)
          try cause(message, missing, with: index < lastWrite ? rest : [])
        }
      }
      _ = try advance()
    }
  }

  /// What was said since this was last asked.
  func takeFlight(_ direction: Direction) -> Flight {
    pull()
    defer { (bytes, notes, counts) = ([], [], [:]) }
    return Flight(direction, bytes, notes: notes)
  }

  private func attempt(_ body: () throws(TLSError) -> Void) {
    guard error == nil else { return }
    hasBegun = hasBegun || engine.role == .server
    do throws(TLSError) { try body() } catch { self.error = error }
    pull()
  }

  /// Keeps the messages that were made by now.
  private func note() {
    for message in messages.take(engine.role.sending) {
      notes.append(.message(message))
      counts[message.label, default: 0] += 1
    }
  }
}

// MARK: - Moving

extension ReplayedEngine {
  /// Moves the engine until it is blocked; answers whether anything came of it.
  private func advance() throws(TLSError) -> Bool {
    hasBegun = true
    var hasMoved = false
    while try moveOnce() { hasMoved = true }
    return hasMoved
  }

  private func moveOnce() throws(TLSError) -> Bool {
    let before = state
    defer { pull() }
    if engine.phase == .handshake {
      if let decision = engine.decision { try decider?(decision, engine) }
      guard engine.decision == nil else { return false }
      _ = try engine.step()
    } else if !hasEnded {
      let (plaintext, transfer) = try engine.read()
      received += plaintext
      hasEnded = transfer == .ended
    }
    return state != before
  }

  /// What changes when the engine gets anywhere.
  private var state: [Int] {
    [
      engine.phase == .handshake ? 0 : engine.phase == .open ? 1 : 2, engine.pendingCiphertext,
      engine.unreadCiphertext, received.count, hasEnded ? 1 : 0, engine.decision == nil ? 0 : 1,
    ]
  }

  private func pull() {
    note()
    while engine.pendingCiphertext > 0 {
      let piece = engine.pull()
      guard !piece.isEmpty else { return }
      bytes += piece
    }
  }
}

// MARK: - Acting

extension ReplayedEngine {
  /// Writes as one call did; as early data, while the handshake is not done.
  private func write(_ plaintext: [UInt8]) throws(TLSError) {
    var rest = plaintext[...]
    while !rest.isEmpty {
      pull()
      let piece = rest
      let isEarly = engine.phase == .handshake
      // What cannot be written any more or yet is missing then, and so noticed.
      guard isEarly ? engine.earlyDataRoom > 0 : engine.phase == .open else { return }
      hasBegun = true
      let transfer = try isEarly ? engine.writeEarly(piece.span) : engine.write(piece.span)
      guard case .moved(let count) = transfer else {
        guard transfer == .needs(.pull), engine.pendingCiphertext > 0 else { return }
        continue
      }
      note()
      notes.append(.write(Array(rest.prefix(count))))
      rest = rest.dropFirst(count)
    }
    pull()
  }

  /// Has the engine say a message that it has not said by itself, if that can be. With it, so many of
  /// its kind are missing; it and what follows may come with the next write, if there is one.
  private func cause(
    _ message: ProtocolMessage, _ missing: Int, with rest: ArraySlice<FlightNote>
  ) throws(TLSError) {
    guard engine.phase == .open else { return }
    switch message.handshakeType {
    case nil where message.bytes == Self.closeNotify:
      try repeated { () throws(TLSError) in try engine.close() }
    case .keyUpdate where message.bytes.last == 1:
      try repeated { () throws(TLSError) in try engine.updateKeys(.both) }
    // What was asked for comes before whatever is said next.
    case .keyUpdate where missing > 1 || !messages.isAnswerOwed(by: engine.role.sending):
      try repeated { () throws(TLSError) in try engine.updateKeys(.ours) }
    case .newSessionTicket where !comesWithWrite(rest):
      try repeated { () throws(TLSError) in try engine.issueTicket() }
    case .certificateRequest:
      try repeated { () throws(TLSError) in try engine.requestClientCertificate(.request) }
    default:
      break
    }
  }

  /// Whether these tickets are no more than the next write brings with it.
  private func comesWithWrite(_ tickets: ArraySlice<FlightNote>) -> Bool {
    let count = tickets.prefix { $0.message != nil }.count
    return count > 0 && count <= engine.ticketsOwed
  }

  /// Asks until the engine has done it. What it cannot do, it does not, and that is noticed.
  private func repeated(_ call: () throws(TLSError) -> Step) throws(TLSError) {
    do throws(TLSError) {
      while case .needs(.pull) = try call(), engine.pendingCiphertext > 0 { pull() }
    } catch {
      guard error.code == .unavailable else { throw error }
    }
    pull()
  }

  /// A warning whose description is 0 (RFC 8446 §6.1).
  private static let closeNotify: [UInt8] = [1, 0]
}
