import MemoryTLS

/// One end that talks: a watched engine with all that it wrote and read.
final class Talker {
  let watched: WatchedEngine
  /// Ciphertext on its way to this end.
  var incoming: [UInt8] = []
  /// Plaintext that the engine took, and what it took before the handshake was done.
  private(set) var written: [UInt8] = []
  private(set) var earlyWritten: [UInt8] = []
  /// Plaintext that the engine gave, and what it gave as early data.
  private(set) var received: [UInt8] = []
  private(set) var earlyReceived: [UInt8] = []
  /// Whether the peer's close_notify was read.
  private(set) var hasEnded = false
  /// Whether the engine did as it was told to close after the handshake.
  private(set) var hasClosed = false

  var engine: TLSEngine { watched.engine }
  var isServer: Bool { engine.role == .server }

  init(_ watched: WatchedEngine) { self.watched = watched }

  func step() throws {
    let step = try watched.call("step") { engine throws(TLSError) in try engine.step() }
    try check(step, "step")
    if step == .done { try demand(engine.phase != .handshake, "step is done and goes on") }
  }

  /// Reads up to so many bytes; answers whether there may be more.
  func read(_ limit: Int = 16384) throws -> Bool {
    let answer = try watched.call("read") { engine throws(TLSError) in
      try engine.read(upTo: limit)
    }
    guard let answer else { return false }
    try check(answer.transfer, of: limit, moved: answer.bytes.count, "read")
    received += answer.bytes
    if answer.transfer == .ended { hasEnded = true }
    return !answer.bytes.isEmpty
  }

  func write(_ count: Int) throws {
    let bytes = plaintext(count)
    let transfer = try watched.call("write") { engine throws(TLSError) in try engine.write(bytes) }
    written += try taken(transfer, bytes, "write")
  }

  func writeEarly(_ count: Int) throws {
    let bytes = plaintext(count)
    let transfer = try watched.call("writeEarly", steps: isServer) { engine throws(TLSError) in
      try engine.writeEarly(bytes)
    }
    earlyWritten += try taken(transfer, bytes, "writeEarly")
  }

  /// Reads early data; answers whether there may be more.
  func readEarly(_ limit: Int = 16384) throws -> Bool {
    let answer = try watched.call("readEarly", steps: true) { engine throws(TLSError) in
      try engine.readEarly(upTo: limit)
    }
    guard let answer else { return false }
    try check(answer.transfer, of: limit, moved: answer.bytes.count, "readEarly")
    earlyReceived += answer.bytes
    return !answer.bytes.isEmpty
  }

  /// Takes up to so many bytes of what is on its way. A failed engine takes them all.
  func push(_ limit: Int = .max, inPlace: Bool = false) throws {
    let bytes = incoming.prefix(limit)
    let count = inPlace ? try watched.pushInPlace(bytes) : try watched.push(bytes)
    incoming.removeFirst(engine.terminalError == nil ? count : bytes.count)
  }

  func close() throws {
    let (wasOpen, pending) = (engine.phase != .handshake, engine.pendingCiphertext)
    let step = try watched.call("close") { engine throws(TLSError) in try engine.close() }
    try check(step, "close")
    if wasOpen, step == .done { hasClosed = true }
    try demand(wasOpen || engine.pendingCiphertext == pending, "12. a handshake ends with words")
  }

  /// Answers the open decision, or one that is not open.
  func decide() throws {
    switch engine.decision {
    case .clientHello: try watched.call("proceed") { e throws(TLSError) in try e.proceed() }
    case .certificate: try watched.call("present") { e throws(TLSError) in try e.present(nil) }
    default: try watched.call("accept") { e throws(TLSError) in try e.accept() }
    }
  }

  /// A call that answers a step and takes no arguments that matter here.
  func move(_ name: String, _ body: (TLSEngine) throws(TLSError) -> Step) throws {
    try check(try watched.call(name, body), name)
  }
}

// MARK: - Whatever comes

extension Talker {
  /// Goes on as far as it can without more of the peer, and pulls nothing.
  func advance() throws {
    for _ in 0..<8 where engine.phase == .handshake && engine.terminalError == nil {
      if engine.decision != nil { try decide() }
      if isServer, try readEarly() { continue }
      try step()
      guard engine.decision != nil else { break }
    }
    guard engine.phase != .handshake else { return }
    for _ in 0..<1000 {
      guard try read() else { return }
    }
  }

  /// What changes whenever it gets anywhere.
  var progress: [Int] {
    [
      engine.pendingCiphertext, engine.unreadCiphertext, received.count, earlyReceived.count,
      incoming.count, watched.sent.count, engine.terminalError == nil ? 0 : 1,
      engine.phase == .handshake ? 0 : 1, engine.decision == nil ? 0 : 1, hasEnded ? 1 : 0,
    ]
  }
}

// MARK: - Rules

extension Talker {
  private func check(_ step: Step?, _ name: String) throws {
    if case .needs(let need) = step { try watched.check(need, of: name) }
  }

  private func check(_ transfer: Transfer, of limit: Int, moved: Int, _ name: String) throws {
    switch transfer {
    case .moved(let count):
      try demand(count == moved && count <= limit, "\(name) of \(limit) moves \(count)")
      try demand(count > 0 || limit == 0, "14. \(name) moves nothing")
    case .needs(let need):
      try demand(moved == 0, "\(name) moves \(moved) and needs something")
      try watched.check(need, of: name)
    case .ended:
      try demand(moved == 0, "\(name) moves \(moved) at the end")
    }
  }

  private func taken(
    _ transfer: Transfer?, _ bytes: [UInt8], _ name: String
  ) throws -> ArraySlice<UInt8> {
    guard let transfer else { return [] }
    guard case .moved(let count) = transfer else {
      try check(transfer, of: bytes.count, moved: 0, name)
      return []
    }
    try check(transfer, of: bytes.count, moved: count, name)
    return bytes.prefix(count)
  }

  /// What comes next of bytes without a pattern.
  private func plaintext(_ count: Int) -> [UInt8] {
    let start = written.count + earlyWritten.count
    return (start..<start + count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
  }
}
