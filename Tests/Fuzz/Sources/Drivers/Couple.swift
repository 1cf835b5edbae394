import MemoryTLS

/// Two ends and what is on its way between them.
final class Couple {
  let client: Talker
  let server: Talker
  /// Whether all bytes went as they were sent, and nobody gave up before the handshake was done.
  private var isHonest = true

  enum End { case client, server }

  init(_ engines: (client: WatchedEngine, server: WatchedEngine)) {
    (client, server) = (Talker(engines.client), Talker(engines.server))
  }

  func obey(_ instruction: Instruction, _ end: End, _ cursor: inout Cursor) throws {
    let (talker, peer) = end == .client ? (client, server) : (server, client)
    switch instruction {
    case .step: try talker.step()
    case .read: _ = try talker.read(cursor.size())
    case .write: try talker.write(cursor.size())
    case .pull: peer.incoming += try talker.watched.pull(cursor.size())
    case .push: try talker.push(cursor.size())
    case .carry: try carry(from: talker, to: peer)
    case .pullInPlace: peer.incoming += try talker.watched.pullInPlace(cursor.size())
    case .pushInPlace: try talker.push(cursor.size(), inPlace: true)
    case .close: try close(talker)
    case .endOfInput: endInput(talker)
    case .decide: try talker.decide()
    case .refuse: try refuse(talker, Alert(rawValue: UInt8(cursor.byte())))
    case .issueTicket: try talker.move("issueTicket") { e throws(TLSError) in try e.issueTicket() }
    case .updateKeys: try updateKeys(talker, cursor.byte())
    case .requestCertificate: try requestCertificate(talker)
    case .writeEarly: try talker.writeEarly(cursor.size())
    case .readEarly: _ = try talker.readEarly(cursor.size())
    case .takeUnconsumed: try takeUnconsumed(talker)
    case .takeEvents: try talker.watched.takeEvents()
    case .export: try export(talker, cursor.size())
    case .flip: flip(talker, cursor.byte(), cursor.byte())
    case .drop: drop(talker, cursor.size())
    case .settle: try settle()
    case .advance: try talker.advance()
    case .misanswer: try misanswer(talker)
    }
  }

  /// Carries everything both ways until nothing moves.
  func settle() throws {
    for _ in 0..<2000 {
      let before = client.progress + server.progress
      for (talker, peer) in [(client, server), (server, client)] {
        try talker.push()
        try talker.advance()
        try carry(from: talker, to: peer)
        try talker.watched.takeEvents()
      }
      guard client.progress + server.progress != before else { return }
    }
    throw BrokenRule(description: "never quiet: \(client.engine), \(server.engine)")
  }
}

// MARK: - Rules

extension Couple {
  /// Nothing is delivered that was not sent, in order, and no end comes before all of it.
  func compare() throws {
    for (talker, peer) in [(client, server), (server, client)] {
      let isServer = talker.isServer
      let expected = isServer ? peer.written : peer.earlyWritten + peer.written
      try demand(expected.starts(with: talker.received), "plaintext that was not sent")
      try demand(
        peer.earlyWritten.starts(with: talker.earlyReceived), "early data that was not sent")
      guard talker.hasEnded else { continue }
      try demand(peer.hasClosed, "6. an end that nobody sent")
      try demand(talker.received == expected, "6. an end before all was read")
    }
  }

  /// Honest ends that have gone quiet have everything; only limits may have stopped them.
  func checkSuccess() throws {
    let errors = [client, server].compactMap(\.engine.terminalError)
    guard isHonest, !errors.contains(where: { $0.code == .limitExceeded }) else { return }
    try demand(errors.isEmpty, "an honest connection fails: \(errors)")
    for talker in [client, server] {
      try demand(talker.engine.phase != .handshake, "an honest handshake hangs: \(talker.engine)")
    }
    try demand(server.received == client.written, "bytes of the client are missing")
    try demand(client.received == server.earlyWritten + server.written, "bytes are missing")
  }
}

// MARK: - Instructions

extension Couple {
  private func carry(from talker: Talker, to peer: Talker) throws {
    peer.incoming += try talker.watched.pull()
    try peer.push()
  }

  private func close(_ talker: Talker) throws {
    if talker.engine.phase == .handshake { isHonest = false }
    try talker.close()
  }

  private func endInput(_ talker: Talker) {
    isHonest = false
    talker.watched.endOfInput()
  }

  private func refuse(_ talker: Talker, _ alert: Alert) throws {
    if talker.engine.decision != nil { isHonest = false }
    try talker.watched.call("refuse") { e throws(TLSError) in try e.refuse(alert) }
  }

  private func updateKeys(_ talker: Talker, _ choice: Int) throws {
    try talker.move("updateKeys") { e throws(TLSError) in
      try e.updateKeys(choice % 2 == 0 ? .ours : .both)
    }
  }

  private func requestCertificate(_ talker: Talker) throws {
    try talker.move("requestClientCertificate") { e throws(TLSError) in
      try e.requestClientCertificate()
    }
  }

  private func takeUnconsumed(_ talker: Talker) throws {
    let mayBeThere = talker.hasEnded || talker.engine.terminalError != nil
    let bytes = talker.engine.takeUnconsumedCiphertext()
    try demand(mayBeThere || bytes.isEmpty, "7. bytes are taken away from the engine")
  }

  private func export(_ talker: Talker, _ count: Int) throws {
    try talker.watched.call("export") { e throws(TLSError) in
      try e.exportKeyingMaterial(label: "EXPERIMENTAL", count: count)
    }
  }

  /// Changes bits of a byte that is on its way.
  private func flip(_ talker: Talker, _ place: Int, _ bits: Int) {
    guard place < talker.incoming.count, bits != 0 else { return }
    isHonest = false
    talker.incoming[place] ^= UInt8(bits)
  }

  private func drop(_ talker: Talker, _ count: Int) {
    guard !talker.incoming.isEmpty, count > 0 else { return }
    isHonest = false
    talker.incoming.removeFirst(min(count, talker.incoming.count))
  }

  /// Gives answers that are mostly none to what is asked.
  private func misanswer(_ talker: Talker) throws {
    try talker.watched.call("accept") { e throws(TLSError) in try e.accept() }
    try talker.watched.call("present") { e throws(TLSError) in
      try e.present(Identity(chain: .bytes([1]), key: .bytes([2])))
    }
  }
}

extension Cursor {
  /// Up to 127 bytes, or a multiple of 130 up to the largest record.
  fileprivate mutating func size() -> Int {
    let byte = byte()
    return byte < 128 ? byte : (byte - 127) * 130
  }
}
