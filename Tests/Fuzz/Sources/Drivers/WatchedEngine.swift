import MemoryTLS
import MemoryTLSFlights

/// An engine whose every call is held against its contract. The numbers are those of the invariants'
/// tests (`InvariantTests`, `LaterInvariantTests`).
final class WatchedEngine {
  let engine: TLSEngine
  /// All ciphertext that was pulled.
  private(set) var sent: [UInt8] = []
  /// What it got to.
  var landmarks: Set<UInt64> { reached.union(intruder.landmarks) }
  let capacity: RingCapacity
  private(set) var inputHasEnded = false
  private var reached: Set<UInt64> = []
  private let intruder = Intruder()

  init(_ context: TLSContext, as role: Role) throws(TLSError) {
    engine = try TLSEngine(context, as: role, observing: intruder.observer)
    capacity = context.configuration.ringCapacity
    intruder.engine = engine
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
    try demand(intruder.success == nil, "8. \(intruder.success ?? "") works inside \(name)")
    reached.insert(landmark(place(name, result)))
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
      case .keyLog, .session: reached.insert(landmark("secret event"))
      default: reached.insert(landmark("\(event)"))
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
