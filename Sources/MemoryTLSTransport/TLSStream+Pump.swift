internal import MemoryTLS

// The pump: the one loop that joins an engine and a channel.

extension TLSStream {
  /// Moves the handshake; false if it is blocked. What it leaves pending is sent as far as possible.
  ///
  /// A peer that never stops sending gets ``roundLimit`` rounds; who waits looks at the time then.
  func advanceHandshake() throws(Failure) -> Bool {
    for _ in 0..<Self.roundLimit {
      guard engine.phase == .handshake else { return true }
      if let decision = engine.decision { throw .undecided(decision) }
      let step = try tls { () throws(TLSError) in try engine.step() }
      isInsideFlight = step == .needs(.pull)
      if step == .done { base.handshakeDone(pending: engine.pendingCiphertext) }
      sendPending()
      if case .undecided(let decision) = step { throw .undecided(decision) }
      guard case .needs(let need) = step else { return true }
      (readNeed, writeNeed) = (need, need)
      guard try meet(need) else { return false }
    }
    (readNeed, writeNeed) = (nil, nil)
    return false
  }

  /// Rounds without result after which a call answers that it would block, though it is ready again
  /// at once: enough for any handshake, and few enough to look at the time between them.
  private static var roundLimit: Int { 256 }

  /// Writes more records while the ring has room; answers how much of the plaintext they took. What
  /// goes wrong is the business of the next call.
  func fill(_ plaintext: Span<UInt8>) -> Int {
    var count = 0
    while count < plaintext.count,
      case .moved(let more)? = try? engine.write(plaintext.extracting(count...)), more > 0
    {
      count += more
    }
    return count
  }

  /// Reads plaintext: one record's, and that of others which came with it.
  func readRecord(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    for _ in 0..<Self.roundLimit {
      sendPending()
      let transfer = try tls { () throws(TLSError) in try engine.read(into: &out) }
      switch transfer {
      case .moved(let first):
        return .moved(first + drain(into: &out))
      case .ended:
        peerHasClosed = true
        return .ended
      case .needs(let need):
        readNeed = need
        guard try meet(need) else { return .wouldBlock }
      }
    }
    readNeed = nil
    return .wouldBlock
  }

  /// Reads on while ciphertext is at hand; what goes wrong is the business of the next call.
  private func drain(into out: inout OutputSpan<UInt8>) -> Int {
    var count = 0
    while out.freeCapacity > 0, engine.unreadCiphertext > 0,
      case .moved(let more)? = try? engine.read(into: &out), more > 0
    {
      count += more
    }
    return count
  }

  /// Sends everything pending; false if the channel does not take it all.
  func flush() throws(Failure) -> Bool {
    let isSent = passOn()
    try reportSendFailure()
    return isSent
  }

  /// Does for the engine what it needs; false if the channel is not ready for it.
  func meet(_ need: Need) throws(Failure) -> Bool {
    switch need {
    case .pull: passOn()
    case .push(let count): try receive(count)
    }
  }

  /// Sends what goes; false if some is left. What the peer sends in the meantime is taken as long as
  /// there is room, in case it does not read before we do.
  private func passOn() -> Bool {
    sendPending()
    guard isHolding else { return true }
    writeNeed = .pull
    do throws(Failure) {
      while readAhead == .ring, mayReceive, case .moved = try readBase(0) {}
    } catch {
      if case .transport = error { sendFailure = error }
    }
    return false
  }

  /// Sends what is pending as far as the channel takes it. A channel that fails is not written to
  /// again; what the peer had said by then is looked at before the failure is reported.
  func sendPending() {
    if sendFailure == nil {
      do throws(Base.Failure) {
        while engine.pendingCiphertext > 0, try sendPiece() {}
        // The channel may hold bytes inside, which have to go when the engine waits for the peer.
        if sendFailure == nil, !isInsideFlight {
          let movement = try base.write([UInt8]().span)
          baseIsHolding = movement == .wouldBlock
          if movement == .ended { noteRefusal() }
        }
      } catch {
        // Once TLS has failed, that nobody takes the alert is no news.
        if engine.terminalError == nil { sendFailure = .transport(error) }
        _ = engine.pull()
      }
    }
    if sendFailure != nil { (_, baseIsHolding) = (engine.pull(), false) }
    guard !isHolding else { return }
    if readNeed == .pull { readNeed = nil }
    if writeNeed == .pull { writeNeed = nil }
  }

  private func sendPiece() throws(Base.Failure) -> Bool {
    var movement = Movement.wouldBlock
    try engine.withPendingCiphertext { bytes throws(Base.Failure) in
      movement = try base.write(bytes)
      guard case .moved(let count) = movement else { return 0 }
      return count
    }
    if movement == .ended { noteRefusal() }
    guard case .moved = movement else { return false }
    return true
  }

  /// The channel takes no more. Once TLS has failed, that is no news: the alert is given up.
  private func noteRefusal() {
    if engine.terminalError == nil { sendFailure = .ended } else { _ = engine.pull() }
  }

  /// Whether there are bytes here or in the channel that are not on their way yet.
  var isHolding: Bool { engine.pendingCiphertext > 0 || baseIsHolding }

  /// Takes bytes of the channel; false if none are there. Its end is told to the engine.
  private func receive(_ count: Int) throws(Failure) -> Bool {
    guard !baseHasEnded else { return try reportSendFailure(else: false) }
    switch try readBase(count) {
    case .moved: return true
    case .wouldBlock: return try reportSendFailure(else: false)
    case .ended: return true
    }
  }

  private func reportSendFailure(else result: Bool) throws(Failure) -> Bool {
    if let sendFailure { throw sendFailure }
    return result
  }

  /// Reads the channel once: what the ring takes, or `count` bytes if nothing is taken ahead.
  private func readBase(_ count: Int) throws(Failure) -> Movement {
    guard initialCiphertext.isEmpty else { return pushInitialCiphertext() }
    var movement = Movement.wouldBlock
    do throws(Base.Failure) {
      switch readAhead {
      case .ring:
        try engine.withFreeSpace { out throws(Base.Failure) in movement = try base.read(into: &out)
        }
      case .none:
        let bytes = try [UInt8](capacity: count) { out throws(Base.Failure) in
          movement = try base.read(into: &out)
        }
        if !bytes.isEmpty { _ = try? engine.push(bytes) }
      }
    } catch {
      throw .transport(error)
    }
    note(movement)
    return movement
  }

  /// Pushes what was read before there was a stream, as far as there is room.
  private func pushInitialCiphertext() -> Movement {
    let count = (try? engine.push(initialCiphertext.span)) ?? 0
    initialCiphertext = initialCiphertext.dropFirst(count)
    let movement = count > 0 ? Movement.moved(count) : .wouldBlock
    note(movement)
    return movement
  }

  /// After something came of the channel, calls that wanted it may be tried again.
  private func note(_ movement: Movement) {
    guard movement != .wouldBlock else { return }
    if case .push = readNeed { readNeed = nil }
    if case .push = writeNeed { writeNeed = nil }
    guard movement == .ended else { return }
    baseHasEnded = true
    engine.endOfInput()
  }

  /// Whether the peer has closed and the channel has ended behind that: what is written now reaches
  /// nobody. Bytes found there instead are kept for ``TLSEngine/takeUnconsumedCiphertext()``.
  var peerHasLeft: Bool {
    guard !baseHasEnded else { return true }
    guard readAhead == .ring, mayReceive else { return false }
    return (try? readBase(0)) ?? .ended == .ended
  }

  /// What to wait for before ``peerHasLeft`` can change.
  var departureReadiness: Readiness {
    readAhead == .ring && mayReceive ? base.readiness(for: .read) : Readiness()
  }

  var mayReceive: Bool {
    guard !baseHasEnded, engine.ciphertextCapacity > 0 else { return false }
    if readAhead == .ring { return true }
    return [readNeed, writeNeed].contains { if case .push = $0 { true } else { false } }
  }

  /// Runs a call of the engine; a failure's alert is sent at once, as far as the channel takes it.
  func tls<T>(_ call: () throws(TLSError) -> T) throws(Failure) -> T {
    do throws(TLSError) {
      return try call()
    } catch {
      let failure = failure(error)
      isInsideFlight = false
      sendPending()
      throw failure
    }
  }

  /// A truncation after the channel refused to send is the channel's failure.
  private func failure(_ error: TLSError) -> Failure {
    if error.code == .truncated, let sendFailure { return sendFailure }
    return .tls(error)
  }
}
