public import MemoryTLS

/// TLS over a ``Transport``: an engine, a channel, and the one loop that joins them.
///
///     let stream = TLSStream(try TLSEngine(context, as: .client(.name("example.org"))),
///                            over: DescriptorTransport(socket))
///     try stream.handshake()
///     try stream.send(request)
///     let reply = try stream.receive()
///
/// Theory of operation. Whatever is asked, the loop is: is there anything to send? send it first; is
/// the aim reached? return; else receive, and go round. The calls of ``Transport`` answer at once,
/// so that a stream can carry another; the blocking calls are the same with a wait between rounds.
/// While a write is blocked, bytes of the peer are taken into the engine's ring, so that two sides
/// that both write first get past each other.
public final class TLSStream<Base: Transport>: Transport {
  /// What can go wrong.
  public typealias Failure = StreamError<Base.Failure>

  /// The engine, for its questions; moving it is the stream's business.
  public let engine: TLSEngine
  /// The channel that carries the ciphertext.
  public let base: Base
  /// Whether ciphertext is taken ahead of the engine's wants.
  public let readAhead: ReadAhead
  /// Ends the waits of blocking calls from another thread.
  public let interrupter: Interrupter?
  /// Bytes of plaintext that the engine took so far, also when a call ended early.
  public private(set) var plaintextWritten = 0
  /// Bytes of plaintext read so far.
  public private(set) var plaintextRead = 0

  /// Whether the channel has said that nothing more comes.
  private(set) var baseHasEnded = false
  private var sendFailure: Base.Failure?
  /// What the last read and the last write were blocked for, until something came of it.
  private var readNeed: Need?
  private var writeNeed: Need?

  /// How much is read from the channel.
  public enum ReadAhead: Sendable, Hashable {
    /// What the engine's ring takes: fewest calls. Bytes behind the peer's close_notify are given
    /// back by ``TLSEngine/takeUnconsumedCiphertext()``.
    case ring
    /// Never more than the engine needs next, so that another program can read on behind the TLS
    /// connection. Twice the calls.
    case none
  }

  /// Joins an engine that nobody else drives and a channel that nobody else uses.
  public init(
    _ engine: TLSEngine, over base: Base, readAhead: ReadAhead = .ring,
    interrupter: Interrupter? = nil
  ) {
    self.engine = engine
    self.base = base
    self.readAhead = readAhead
    self.interrupter = interrupter
  }
}

// MARK: - Transport

extension TLSStream {
  /// Reads plaintext, after the handshake if that is still to be done.
  public func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    guard try advanceHandshake() else { return .wouldBlock }
    while true {
      sendPending()
      let transfer = try tls { () throws(TLSError) in try engine.read(into: &out) }
      switch transfer {
      case .moved(let count):
        plaintextRead += count
        return .moved(count)
      case .ended:
        return .ended
      case .needs(let need):
        readNeed = need
        guard try meet(need) else { return .wouldBlock }
      }
    }
  }

  /// Writes plaintext, after the handshake if that is still to be done, and sends what the channel
  /// takes of it; the rest is sent by later calls.
  public func write(_ plaintext: Span<UInt8>) throws(Failure) -> Movement {
    guard try advanceHandshake() else { return .wouldBlock }
    while true {
      sendPending()
      let transfer = try tls { () throws(TLSError) in try engine.write(plaintext) }
      switch transfer {
      case .moved(let count):
        plaintextWritten += count
        sendPending()
        return .moved(count)
      case .ended:
        return .ended
      case .needs(let need):
        writeNeed = need
        guard try meet(need) else { return .wouldBlock }
      }
    }
  }

  /// Sends close_notify. The channel under it stays open.
  public func closeSending() throws(Failure) -> Movement {
    guard try advanceHandshake() else { return .wouldBlock }
    while true {
      switch try tls({ () throws(TLSError) in try engine.close() }) {
      case .done:
        return try flush() ? .ended : .wouldBlock
      case .needs(let need):
        writeNeed = need
        guard try meet(need) else { return .wouldBlock }
      }
    }
  }

  /// What the channel has to be waited for: room while anything is pending, bytes while a call is
  /// blocked for them or there is room for them.
  public func readiness(for interest: Interest) -> Readiness {
    let isReadable = interest.contains(.read) && readNeed == nil
    let isWritable = interest.contains(.write) && writeNeed == nil
    if isReadable || isWritable || sendFailure != nil { return .now }
    var inner: Interest = engine.pendingCiphertext > 0 ? .write : []
    if !interest.isEmpty, mayReceive { inner.insert(.read) }
    return base.readiness(for: inner)
  }
}

// MARK: - The pump

extension TLSStream {
  /// Moves the handshake; false if it is blocked. What it leaves pending is sent as far as possible.
  func advanceHandshake() throws(Failure) -> Bool {
    while engine.phase == .handshake {
      let step = try tls { () throws(TLSError) in try engine.step() }
      sendPending()
      guard case .needs(let need) = step else { return true }
      (readNeed, writeNeed) = (need, need)
      guard try meet(need) else { return false }
    }
    return true
  }

  /// Sends everything pending; false if the channel does not take it all. What the peer sends in the
  /// meantime is taken as long as there is room, in case it does not read before we do.
  func flush() throws(Failure) -> Bool {
    sendPending()
    guard engine.pendingCiphertext > 0 else { return try reportSendFailure(else: true) }
    writeNeed = .pull
    while readAhead == .ring, mayReceive, case .moved = try readBase(0) {}
    return false
  }

  /// Does for the engine what it needs; false if the channel is not ready for it.
  private func meet(_ need: Need) throws(Failure) -> Bool {
    switch need {
    case .pull: try flush()
    case .push(let count): try receive(count)
    }
  }

  /// Sends what is pending as far as the channel takes it. A channel that fails is not written to
  /// again; what the peer had said by then is looked at before the failure is reported.
  func sendPending() {
    while engine.pendingCiphertext > 0, sendFailure == nil {
      var movement = Movement.wouldBlock
      do throws(Base.Failure) {
        try engine.withPendingCiphertext { bytes throws(Base.Failure) in
          movement = try base.write(bytes)
          guard case .moved(let count) = movement else { return 0 }
          return count
        }
      } catch {
        sendFailure = error
      }
      guard case .moved = movement else { break }
    }
    if sendFailure != nil { _ = engine.pull() }
    guard engine.pendingCiphertext == 0 else { return }
    if readNeed == .pull { readNeed = nil }
    if writeNeed == .pull { writeNeed = nil }
  }

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
    if let sendFailure { throw .transport(sendFailure) }
    return result
  }

  /// Reads the channel once: what the ring takes, or `count` bytes if nothing is taken ahead.
  private func readBase(_ count: Int) throws(Failure) -> Movement {
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
    return (try? readBase(0)) == .ended
  }

  private var mayReceive: Bool {
    guard !baseHasEnded, engine.ciphertextCapacity > 0 else { return false }
    if readAhead == .ring { return true }
    return [readNeed, writeNeed].contains { if case .push = $0 { true } else { false } }
  }

  /// Runs a call of the engine; a failure's alert is sent at once, as far as the channel takes it.
  private func tls<T>(_ call: () throws(TLSError) -> T) throws(Failure) -> T {
    do throws(TLSError) {
      return try call()
    } catch {
      let failure = failure(error)
      sendPending()
      throw failure
    }
  }

  /// A truncation after the channel refused to send is the channel's failure.
  private func failure(_ error: TLSError) -> Failure {
    if error.code == .truncated, let sendFailure { return .transport(sendFailure) }
    return .tls(error)
  }
}
