import MemoryTLS

/// Any bytes go into one engine. The first byte says in which ``Scenario``, the second in pieces of
/// how many bytes the rest is pushed (0: whole).
enum EngineDriver {
  static func run(_ input: [UInt8], isServer: Bool) throws -> Set<UInt64> {
    var cursor = Cursor(input)
    let scenario = cursor.choose(from: Scenario.all)
    let piece = cursor.byte()
    let talker = Talker(try scenario.engine(isServer: isServer))
    let hello = try begin(talker)
    talker.incoming = Array(cursor.rest)
    try take(talker, piece == 0 ? .max : piece)
    talker.watched.endOfInput()
    try run(talker)
    try close(talker)
    try talker.watched.finish()
    try demand(talker.watched.sent.starts(with: hello), "bytes were lost")
    return talker.watched.landmarks.union(talker.hasEnded ? [closeNotify] : [])
  }

  /// The peer's close_notify was reached, behind a handshake and all that it wrote.
  static let closeNotify = landmark("close_notify")

  /// The peer has nothing more to say: now there is an end, and one of the three.
  private static func close(_ talker: Talker) throws {
    let (engine, error) = (talker.engine, talker.engine.terminalError)
    try demand(
      error != nil || talker.hasEnded || engine.decision != nil, "6. no end: \(engine)")
    try talker.close()
    _ = try talker.watched.pull()
    try talker.close()
    _ = engine.takeUnconsumedCiphertext()
    try demand(engine.takeUnconsumedCiphertext().isEmpty, "7. bytes are handed over twice")
  }
}

extension EngineDriver {
  /// A client speaks first; answers what was said.
  static func begin(_ talker: Talker) throws -> [UInt8] {
    if !talker.isServer, talker.engine.earlyDataRoom > 0 { try talker.writeEarly(100) }
    try run(talker)
    return talker.watched.sent
  }

  /// Pushes all that is on its way, in pieces of so many bytes.
  static func take(_ talker: Talker, _ piece: Int) throws {
    for turn in 0...talker.incoming.count where !talker.incoming.isEmpty {
      try talker.push(piece, inPlace: turn % 2 == 1)
      try run(talker)
    }
    try demand(talker.incoming.isEmpty, "3. bytes of the peer are not taken")
  }

  /// Moves and pulls until only the peer's bytes can help; says something as soon as it can.
  static func run(_ talker: Talker) throws {
    for _ in 0..<10_000 {
      let before = talker.progress
      try talker.advance()
      if talker.engine.phase == .open, talker.written.isEmpty { try talker.write(100) }
      if talker.isServer { _ = try talker.readEarly() }
      _ = try talker.watched.pull()
      try talker.watched.takeEvents()
      guard talker.progress != before else { return }
    }
    throw BrokenRule(description: "an engine moves for ever: \(talker.engine)")
  }
}
