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
  /// Ends the waits of blocking calls from another thread; nil for nobody.
  public var interrupter: Interrupter?
  /// Bytes of plaintext that the engine took so far, also when a call ended early.
  public private(set) var plaintextWritten = 0
  /// Bytes of plaintext read so far.
  public private(set) var plaintextRead = 0

  /// Whether the channel has said that nothing more comes.
  var baseHasEnded = false
  /// Whether the peer's close_notify was read.
  var peerHasClosed = false
  /// Why the channel takes no more.
  var sendFailure: Failure?
  /// Whether the channel took bytes that it has not passed on.
  var baseIsHolding = false
  /// Whether the engine will say more before it waits for the peer.
  var isInsideFlight = false
  /// Ciphertext that was read before there was a stream, and is not pushed yet.
  var initialCiphertext: ArraySlice<UInt8>
  /// Read already, in search of the reason for a failure.
  var keptPlaintext: ArraySlice<UInt8> = []
  /// What the last read and the last write were blocked for, until something came of it.
  var readNeed: Need?
  var writeNeed: Need?

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
  ///
  /// Where TLS is started in the middle of a conversation (STARTTLS, RFC 3207), `initialCiphertext` is
  /// what was read of the channel already, behind the last plain text.
  public init(
    _ engine: TLSEngine, over base: Base, readAhead: ReadAhead = .ring,
    initialCiphertext: [UInt8] = [], interrupter: Interrupter? = nil
  ) {
    self.engine = engine
    self.base = base
    self.readAhead = readAhead
    self.initialCiphertext = initialCiphertext[...]
    self.interrupter = interrupter
  }

  /// After both sides have closed: what was read of the channel behind the peer's close_notify, which is
  /// the beginning of whatever the protocol goes on with. It is handed over. Empty as long as the
  /// connection may still use it. Over a ``FramedTransport``, ask that for what it has read further.
  public func takeUnconsumedCiphertext() -> [UInt8] {
    guard peerHasClosed || engine.terminalError != nil else { return [] }
    defer { initialCiphertext = [] }
    return engine.takeUnconsumedCiphertext() + initialCiphertext
  }
}

// MARK: - Transport

extension TLSStream {
  /// Reads plaintext, after the handshake if that is still to be done: what is in the records that
  /// have come.
  public func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    guard try advanceHandshake() else { return .wouldBlock }
    let kept = readKept(into: &out)
    let movement = if let kept { kept } else { try readRecord(into: &out) }
    if case .moved(let count) = movement { plaintextRead += count }
    return movement
  }

  /// Writes plaintext, after the handshake if that is still to be done, and sends what the channel
  /// takes of it; the rest is sent by later calls. An empty span sends that rest.
  public func write(_ plaintext: Span<UInt8>) throws(Failure) -> Movement {
    guard try advanceHandshake() else { return .wouldBlock }
    guard !plaintext.isEmpty else { return try flush() ? .moved(0) : .wouldBlock }
    while true {
      sendPending()
      try reportSendFailure()
      let transfer = try tls { () throws(TLSError) in try engine.write(plaintext) }
      switch transfer {
      case .moved(let first):
        let count = first + fill(plaintext.extracting(first...))
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
      case .undecided(let decision):
        throw .undecided(decision)
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
    var inner: Interest = isHolding ? .write : []
    if !interest.isEmpty, mayReceive { inner.insert(.read) }
    return base.readiness(for: inner)
  }
}
