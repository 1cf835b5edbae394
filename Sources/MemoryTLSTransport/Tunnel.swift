/// Joins a plaintext channel and a ``TLSStream``, both ways at once, in one thread.
///
/// The end of one side is carried to the other: the plain side's end becomes close_notify, the peer's
/// close_notify becomes the end of the plain side's output. At most 16 KiB are held each way beside
/// the engine's rings: a slow reader slows its writer down.
public final class Tunnel<Plain: Transport, Base: Transport> {
  private let plain: Plain
  private let secure: TLSStream<Base>
  private let outward: Half<Plain, TLSStream<Base>>
  private let inward: Half<TLSStream<Base>, Plain>

  /// Joins two channels; nothing moves before ``run()``.
  public init(plain: Plain, secure: TLSStream<Base>) {
    self.plain = plain
    self.secure = secure
    outward = Half(from: plain, to: secure)
    inward = Half(from: secure, to: plain)
  }

  /// Why a tunnel broke.
  public enum Failure: Error {
    /// The plaintext side failed.
    case plain(Plain.Failure)
    /// The TLS side failed; everything received before was delivered.
    case secure(StreamError<Base.Failure>)
    /// Nothing failed; the wait was interrupted.
    case wait(WaitFailure)
  }

  /// Carries bytes until both sides have ended, or the peer is gone and nothing is left to send.
  ///
  /// The stream's interrupter ends it early; another run goes on.
  public func run() throws(Failure) {
    while !(outward.isDone && inward.isDone) {
      let outwardMoved = try advanceOutward()
      let inwardMoved = try advanceInward()
      if outwardMoved || inwardMoved {
        try pause(for: .now)
        continue
      }
      if inward.isDone, !outward.isDelivering, !secure.isHolding, secure.peerHasLeft { return }
      try pause()
    }
  }

  private func advanceOutward() throws(Failure) -> Bool {
    do throws(HalfFailure<Plain.Failure, StreamError<Base.Failure>>) {
      return try outward.advance()
    } catch {
      switch error {
      case .source(let failure): throw .plain(failure)
      case .sink(let failure):
        try deliverWhatCame()
        throw .secure(failure)
      }
    }
  }

  /// Delivers what the peer had sent before it took no more. What it said last, or that nothing more
  /// comes of a channel that has failed, is thrown from here.
  private func deliverWhatCame() throws(Failure) {
    while !inward.isDone {
      guard try !advanceInward() else { continue }
      guard inward.isDelivering else { return }
      try pause(for: plain.readiness(for: .write))
    }
  }

  private func advanceInward() throws(Failure) -> Bool {
    do throws(HalfFailure<StreamError<Base.Failure>, Plain.Failure>) {
      return try inward.advance()
    } catch {
      switch error {
      case .source(let failure): throw .secure(failure)
      case .sink(let failure): throw .plain(failure)
      }
    }
  }

  private func pause() throws(Failure) {
    let plainInterest = outward.sourceInterest.union(inward.sinkInterest)
    let secureInterest = inward.sourceInterest.union(outward.sinkInterest)
    var readiness = plain.readiness(for: plainInterest)
      .union(secure.readiness(for: secureInterest))
    if inward.isDone { readiness = readiness.union(secure.departureReadiness) }
    try pause(for: readiness)
  }

  private func pause(for readiness: Readiness) throws(Failure) {
    do throws(WaitFailure) {
      try wait(for: readiness, interrupter: secure.interrupter)
    } catch {
      throw .wait(error)
    }
  }
}

/// Where a half failed.
private enum HalfFailure<Source: Error, Sink: Error>: Error {
  case source(Source)
  case sink(Sink)
}

/// One direction: what was read from the source and not yet taken by the sink.
private final class Half<Source: Transport, Sink: Transport> {
  private(set) var isDone = false
  private let source: Source
  private let sink: Sink
  private var held: ArraySlice<UInt8> = []
  private var sourceHasEnded = false

  init(from source: Source, to sink: Sink) {
    self.source = source
    self.sink = sink
  }

  /// Moves one step; false if that would block or everything is done. What the sink holds inside is
  /// sent on before anybody waits.
  func advance() throws(HalfFailure<Source.Failure, Sink.Failure>) -> Bool {
    guard !isDone else { return false }
    if !held.isEmpty { return try deliver() }
    if !sourceHasEnded, try fetch() { return true }
    do throws(Sink.Failure) {
      guard sourceHasEnded else {
        _ = try sink.write([UInt8]().span)
        return false
      }
      isDone = try sink.closeSending() == .ended
    } catch {
      throw .sink(error)
    }
    return isDone
  }

  /// Whether bytes are held that the sink has not taken.
  var isDelivering: Bool { !held.isEmpty }
  var sourceInterest: Interest { held.isEmpty && !sourceHasEnded ? .read : [] }
  var sinkInterest: Interest { !held.isEmpty || (sourceHasEnded && !isDone) ? .write : [] }

  private func fetch() throws(HalfFailure<Source.Failure, Sink.Failure>) -> Bool {
    var movement = Movement.wouldBlock
    do throws(Source.Failure) {
      held = try [UInt8](capacity: 16384) { out throws(Source.Failure) in
        movement = try source.read(into: &out)
      }[...]
    } catch {
      throw .source(error)
    }
    sourceHasEnded = movement == .ended
    return movement != .wouldBlock
  }

  private func deliver() throws(HalfFailure<Source.Failure, Sink.Failure>) -> Bool {
    let bytes = held
    do throws(Sink.Failure) {
      switch try sink.write(bytes.span) {
      case .moved(let count): held = held.dropFirst(count)
      case .ended: (held, sourceHasEnded) = ([], true)
      case .wouldBlock: return false
      }
    } catch {
      throw .sink(error)
    }
    return true
  }
}
