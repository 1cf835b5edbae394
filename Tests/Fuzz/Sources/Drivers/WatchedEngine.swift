import MemoryTLS
import MemoryTLSFlights

/// An engine whose every call is held against its contract. The numbers are those of the invariants'
/// tests (`InvariantTests`, `LaterInvariantTests`).
final class WatchedEngine {
  let engine: TLSEngine
  /// All ciphertext that was pulled.
  private(set) var sent: [UInt8] = []
  /// What it got to.
  private(set) var landmarks: Set<UInt64> = []
  private let capacity: RingCapacity
  private var inputHasEnded = false

  init(_ context: TLSContext, as role: Role) throws(TLSError) {
    engine = try TLSEngine(context, as: role)
    capacity = context.configuration.ringCapacity
  }

  /// Makes a call that can throw; answers what it answers, nil if it throws. `name` is what a broken
  /// rule calls it; `steps` is for those that step the handshake before they find that they are out of
  /// place.
  @discardableResult
  func call<T>(
    _ name: String, steps: Bool = false, _ body: (TLSEngine) throws(TLSError) -> T
  ) throws -> T? {
    let (before, last) = (State(engine), engine.terminalError)
    let result: Result<T, TLSError>
    do throws(TLSError) { result = .success(try body(engine)) } catch { result = .failure(error) }
    if let last {
      try checkLatched(name, last, result)
    } else if case .failure(let error) = result {
      try checkThrown(name, error, changes: !steps && State(engine) != before)
    }
    try checkState(name, since: before)
    note(name, result)
    return try? result.get()
  }

  /// Pulls up to so many bytes.
  func pull(_ limit: Int = .max) throws -> [UInt8] {
    let expected = min(limit, engine.pendingCiphertext)
    let bytes = engine.pull(upTo: limit)
    try demand(bytes.count == expected, "2. pulled \(bytes.count) bytes of \(expected)")
    sent += bytes
    return bytes
  }

  /// The same in place.
  func pullInPlace(_ limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    engine.withPendingCiphertext { span in
      for index in 0..<min(limit, span.count) { bytes.append(span[index]) }
      return bytes.count
    }
    try demand(limit == 0 || !bytes.isEmpty || engine.pendingCiphertext == 0, "2. nothing is shown")
    sent += bytes
    return bytes
  }

  /// Pushes up to what fits; answers how many bytes that was.
  func push(_ bytes: ArraySlice<UInt8>) throws -> Int {
    let room = engine.ciphertextCapacity
    let taken = try call("push") { engine throws(TLSError) in try engine.push(bytes.span) }
    guard let taken else { return 0 }
    try demand(taken == min(room, bytes.count), "3. \(taken) of \(bytes.count) bytes were taken")
    return taken
  }

  /// The same in place.
  func pushInPlace(_ bytes: ArraySlice<UInt8>) throws -> Int {
    let before = engine.ciphertextCapacity
    var count = 0
    engine.withFreeSpace { space in
      count = min(bytes.count, space.freeCapacity)
      for byte in bytes.prefix(count) { space.append(byte) }
    }
    try demand(engine.ciphertextCapacity == before - count, "3. pushed bytes are missing")
    return count
  }

  func endOfInput() {
    engine.endOfInput()
    inputHasEnded = true
  }

  /// Notes events; they never throw, in any state.
  func takeEvents() throws {
    for _ in 0...100 {
      guard let event = engine.nextEvent() else { return }
      switch event {
      case .keyLog, .session: landmarks.insert(landmark("secret event"))
      default: landmarks.insert(landmark("\(event)"))
      }
    }
    throw BrokenRule(description: "9. more than 100 events wait")
  }

  /// Asks everything that never throws.
  func askQuestions() throws {
    let before = State(engine)
    _ = (engine.negotiated, engine.clientRandom, engine.serverRandom, engine.finished)
    _ = (engine.peerFinished, engine.verifiedChain, engine.stapledOCSPResponse, engine.earlyData)
    _ = (engine.signedCertificateTimestamps, engine.keyUpdates, engine.description)
    try demand(State(engine) == before, "2. a question changes the engine")
  }

  /// At the end: everything is pulled, and what failed goes on failing.
  func finish() throws {
    for _ in 0..<1000 where engine.pendingCiphertext > 0 { _ = try pull() }
    try demand(engine.pendingCiphertext == 0, "2. pulling has no end")
    try askQuestions()
    try takeEvents()
    guard let error = engine.terminalError else { return }
    if error.alert?.origin == .sent {
      try demand(Record.split(sent).rest == 0, "4. an alert is cut short after \(error)")
    }
    try call("step") { engine throws(TLSError) in try engine.step() }
    try call("read") { engine throws(TLSError) in try engine.read() }
    try call("write") { engine throws(TLSError) in try engine.write([1]) }
    try call("push") { engine throws(TLSError) in try engine.push([1]) }
    try call("close") { engine throws(TLSError) in try engine.close() }
    try demand(engine.ciphertextCapacity == 0, "2. a failed engine has room")
  }
}

// MARK: - Rules

extension WatchedEngine {
  private func checkLatched<T>(
    _ name: String, _ last: TLSError, _ result: Result<T, TLSError>
  ) throws {
    switch result {
    case .success:
      try demand(
        name == "close" && last.code == .aborted, "2. \(name) does not repeat: \(last)")
    case .failure(let error):
      try demand(error == last, "2. \(name) throws \(error) after \(last)")
    }
    try demand(engine.terminalError == last, "2. \(name) changes what is latched: \(last)")
  }

  private func checkThrown(_ name: String, _ error: TLSError, changes: Bool) throws {
    if let latched = engine.terminalError {
      try demand(latched == error, "2. \(name) throws \(error) and latches \(latched)")
    } else {
      try demand(error.fault == .caller, "2. \(name) throws \(error), which is not latched")
      try demand(!changes, "2. \(name) throws \(error) and changes something")
    }
  }

  private func checkState(_ name: String, since before: State) throws {
    let state = State(engine)
    let most = capacity.outgoing + (engine.terminalError == nil ? 0 : 4096 + 64)
    try demand(state.pending <= most, "9. \(state.pending) bytes are pending after \(name)")
    try demand(state.unread + state.room <= capacity.incoming, "9. \(state.unread) bytes unread")
    try demand(state.phase >= before.phase, "\(name) goes back to an earlier phase")
    try demand(engine.terminalError == nil || state.decision == nil, "a failed engine decides")
    try demand(State(engine) == state, "2. asking changes the engine")
  }

  /// What a call needs can be had, and it has reason to need it.
  func check(_ need: Need, of name: String) throws {
    switch need {
    case .pull:
      try demand(engine.pendingCiphertext > 0, "\(name) wants to be pulled, and nothing is pending")
    case .push(let count):
      try demand(engine.pendingCiphertext == 0, "\(name) wants a push while bytes are pending")
      try demand(!inputHasEnded, "6. \(name) wants more behind the end of input")
      try demand(1...capacity.incoming ~= count, "\(name) wants \(count) bytes")
      try demand(engine.ciphertextCapacity > 0, "\(name) wants bytes that have no room")
    }
  }

  private func note<T>(_ name: String, _ result: Result<T, TLSError>) {
    let place =
      engine.terminalError.map { error in
        "\(error.code) \(error.alert.map { "\($0)" } ?? "") \(error.stack.map(\.reason))"
      } ?? String(engine.description.prefix { $0 != ";" })
    let outcome: String =
      switch result {
      case .success(let step as Step): step.word
      case .success(let transfer as Transfer): transfer.word
      case .success: "done"
      case .failure(let error): "\(error.code)"
      }
    landmarks.insert(landmark("\(engine.role == .server) \(name) \(outcome) \(place)"))
  }
}

/// What a call that is out of place may not change.
private struct State: Equatable {
  let phase: Int
  let pending: Int
  let unread: Int
  let room: Int
  let decision: Decision?
  let hasFailed: Bool

  init(_ engine: TLSEngine) {
    phase = engine.phase == .handshake ? 0 : engine.phase == .open ? 1 : 2
    pending = engine.pendingCiphertext
    unread = engine.unreadCiphertext
    room = engine.ciphertextCapacity
    decision = engine.decision
    hasFailed = engine.terminalError != nil
  }
}

extension Step {
  fileprivate var word: String {
    switch self {
    case .done: "done"
    case .needs(.push): "push"
    case .needs(.pull): "pull"
    case .undecided: "undecided"
    }
  }
}

extension Transfer {
  fileprivate var word: String {
    switch self {
    case .moved(let count): count == 0 ? "none" : "some"
    case .needs(.push): "push"
    case .needs(.pull): "pull"
    case .ended: "ended"
    }
  }
}
