internal import MemoryTLS

// The calls that wait. Each ends early with `.wait` if its deadline passes or the interrupter is used;
// that fails nothing, and the same call goes on later.

extension TLSStream {
  /// Returns once the handshake has finished on this side and everything it said is sent.
  ///
  /// - Throws: why it failed; the alert for the peer has been sent if the channel takes it.
  public func handshake(until deadline: ContinuousClock.Instant? = nil) throws(Failure) {
    try block(.write, until: deadline) { () throws(Failure) -> Void? in
      guard try advanceHandshake() else { return nil }
      return try flush() ? () : nil
    }
  }

  /// Waits for plaintext and appends it to `out`, at most one record's.
  ///
  /// - Returns: how many bytes; 0 when the peer has sent close_notify, or if `out` is full.
  public func receive(
    into out: inout OutputSpan<UInt8>, until deadline: ContinuousClock.Instant? = nil
  ) throws(Failure) -> Int {
    while true {
      let movement = try finishing { () throws(Failure) in try read(into: &out) }
      switch movement {
      case .moved(let count): return count
      case .ended: return 0
      case .wouldBlock: try pause(for: readiness(for: .read), until: deadline)
      }
    }
  }

  /// Waits for plaintext: at most `limit` bytes (1 or more) and one record; empty at the peer's close_notify.
  public func receive(
    upTo limit: Int = 16384, until deadline: ContinuousClock.Instant? = nil
  ) throws(Failure) -> [UInt8] {
    try [UInt8](capacity: min(max(1, limit), 16384)) { out throws(Failure) in
      _ = try receive(into: &out, until: deadline)
    }
  }

  /// Writes all plaintext and returns once the channel has taken it.
  ///
  /// If it ends early, ``plaintextWritten`` tells how much was taken for good.
  public func send(
    _ plaintext: Span<UInt8>, until deadline: ContinuousClock.Instant? = nil
  ) throws(Failure) {
    var rest = plaintext
    while !rest.isEmpty {
      let movement = try finishing { () throws(Failure) in try write(rest) }
      switch movement {
      case .moved(let count):
        rest = rest.extracting(count...)
        if !rest.isEmpty { try pause(for: .now, until: deadline) }
      case .wouldBlock, .ended:
        try pause(for: readiness(for: .write), until: deadline)
      }
    }
    try block(.write, until: deadline) { () throws(Failure) -> Void? in try flush() ? () : nil }
  }

  /// Writes all plaintext; see ``send(_:until:)``.
  public func send(
    _ plaintext: [UInt8], until deadline: ContinuousClock.Instant? = nil
  ) throws(Failure) {
    try send(plaintext.span, until: deadline)
  }

  /// Sends close_notify; reading goes on until the peer's. The channel stays open.
  ///
  /// Before the handshake is done it aborts instead, at once: nothing is sent, and later calls throw.
  public func close(until deadline: ContinuousClock.Instant? = nil) throws(Failure) {
    guard engine.phase != .handshake else {
      _ = try tls { () throws(TLSError) in try engine.close() }
      return
    }
    try block(.write, until: deadline) { () throws(Failure) -> Void? in
      try closeSending() == .ended ? () : nil
    }
  }

  /// After a failure: says on the channel that nothing more comes, and discards what the peer still
  /// sends until it ends too.
  ///
  /// A socket that is closed with unread bytes is reset, and the peer loses the alert that explains
  /// why (RFC 9293 §3.10.4); this is the way around that.
  public func linger(until deadline: ContinuousClock.Instant) {
    try? block(.write, until: deadline) { () throws(Failure) -> Void? in try flush() ? () : nil }
    while (try? base.closeSending()) == .wouldBlock,
      (try? pause(for: base.readiness(for: .write), until: deadline)) != nil
    {}
    while true {
      let movement = discard()
      let readiness = movement == .wouldBlock ? base.readiness(for: .read) : .now
      guard movement != .ended, (try? pause(for: readiness, until: deadline)) != nil else { return }
    }
  }

  /// Reads what is there, at most 1 MiB before somebody looks at the time.
  private func discard() -> Movement {
    var movement = Movement.moved(0)
    for _ in 0..<64 {
      guard case .moved = movement else { break }
      _ = [UInt8](capacity: 16384) { out in movement = (try? base.read(into: &out)) ?? .ended }
    }
    return movement
  }

  private func block<T>(
    _ interest: Interest, until deadline: ContinuousClock.Instant?,
    _ attempt: () throws(Failure) -> T?
  ) throws(Failure) -> T {
    while true {
      if let result = try finishing(attempt) { return result }
      try pause(for: readiness(for: interest), until: deadline)
    }
  }

  /// Waits between two rounds of a call. A peer that keeps the channel ready holds nobody longer than
  /// the deadline.
  private func pause(
    for readiness: Readiness, until deadline: ContinuousClock.Instant?
  ) throws(Failure) {
    if let deadline, ContinuousClock.now >= deadline { throw .wait(.deadlineExceeded) }
    do throws(WaitFailure) {
      try wait(for: readiness, until: deadline, interrupter: interrupter)
    } catch {
      throw .wait(error)
    }
  }

  /// Runs a call; if TLS fails in it, waits a little for room to send what is pending, which ends
  /// with the alert for the peer.
  private func finishing<T>(_ call: () throws(Failure) -> T) throws(Failure) -> T {
    do throws(Failure) {
      return try call()
    } catch {
      let patience = ContinuousClock.now + .seconds(2)
      while case .tls = error, isHolding {
        let readiness = base.readiness(for: .write)
        guard (try? pause(for: readiness, until: patience)) != nil else { break }
        sendPending()
      }
      throw error
    }
  }
}
