import MemoryTLS

extension WatchedEngine {
  func checkLatched<T>(
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

  func checkThrown(_ name: String, _ error: TLSError, changes: Bool) throws {
    if let latched = engine.terminalError {
      try demand(latched == error, "2. \(name) throws \(error) and latches \(latched)")
    } else {
      try demand(error.fault == .caller, "2. \(name) throws \(error), which is not latched")
      try demand(!changes, "2. \(name) throws \(error) and changes something")
    }
  }

  func checkState(_ name: String, since before: State) throws {
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

  /// What a call came to, and where that leaves the engine.
  func place<T>(_ name: String, _ result: Result<T, TLSError>) -> String {
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
    return "\(engine.role == .server) \(name) \(outcome) \(place)"
  }
}

/// What a call that is out of place may not change.
struct State: Equatable {
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
