internal import Synchronization

/// Joins a plaintext channel and a ``TLSStream``, both ways at once, in one thread.
///
/// The end of one side is carried to the other: the plain side's end becomes close_notify, the peer's
/// close_notify becomes the end of the plain side's output. At most 64 KiB are held each way beside
/// the engine's rings: a slow reader slows its writer down. A ring of 64 KiB and more lets a call of
/// the system carry several records.
public final class Tunnel<Plain: Transport, Base: Transport> {
  /// What was carried so far; may be read from other threads.
  public let traffic: Traffic
  /// How long it has run, until the last end of ``run(until:idleTimeout:)``.
  public private(set) var duration = Duration.zero
  private let plain: Plain
  private let secure: TLSStream<Base>
  private let outward: Half<Plain, TLSStream<Base>>
  private let inward: Half<TLSStream<Base>, Plain>
  private var end = TunnelEnd.bothSides
  private var idleTimeout: Duration?
  private var lastMove = ContinuousClock.now

  /// Joins two channels; nothing moves before ``run(until:idleTimeout:)``. Several tunnels may count their
  /// bytes in one `traffic`.
  public init(plain: Plain, secure: TLSStream<Base>, traffic: Traffic = Traffic()) {
    self.plain = plain
    self.secure = secure
    self.traffic = traffic
    outward = Half(from: plain, to: secure) { traffic.countSent($0) }
    inward = Half(from: secure, to: plain) { traffic.countReceived($0) }
  }

  /// Why a tunnel broke.
  public enum Failure: Error {
    /// The plaintext side failed.
    case plain(Plain.Failure)
    /// The plaintext side takes no more, without having failed; bytes of the peer are lost.
    case plainEnded
    /// The TLS side failed; everything received before was delivered.
    case secure(StreamError<Base.Failure>)
    /// Nothing failed: the wait was interrupted, or nothing moved for the idle timeout.
    case wait(WaitFailure)
  }

  /// Carries bytes until the end.
  ///
  /// The stream's interrupter ends it early, from another thread or a signal handler; another run
  /// goes on.
  /// - Parameters:
  ///   - end: Which end, if nothing fails.
  ///   - idleTimeout: How long nothing may move before it ends with `.deadlineExceeded`.
  /// - Throws: which side failed and why, or that it was ended early.
  public func run(
    until end: TunnelEnd = .bothSides, idleTimeout: Duration? = nil
  ) throws(Failure) {
    self.end = end
    let start = ContinuousClock.now
    (self.idleTimeout, lastMove) = (idleTimeout, start)
    defer { duration += start.duration(to: .now) }
    while !(outward.isDone && inward.isDone) {
      if try advance() {
        noteMove()
        try pause(for: .now)
        continue
      }
      if minds(departure: inward.isDone), secure.peerHasLeft { return }
      try pause()
    }
  }

  /// Whether the peer's departure is an end, now that it has closed or not.
  private func minds(departure hasClosed: Bool) -> Bool {
    end == .peerHasLeft && hasClosed && !outward.isDelivering && !secure.isHolding
  }

  private func noteMove() {
    if idleTimeout != nil { lastMove = .now }
  }

  /// Moves both halves by some steps; false if neither got anywhere.
  private func advance() throws(Failure) -> Bool {
    var hasMoved = false
    for _ in 0..<Self.burst {
      guard try advanceOutward() else { break }
      hasMoved = true
    }
    for _ in 0..<Self.burst {
      guard try advanceInward() else { break }
      hasMoved = true
    }
    return hasMoved
  }

  /// Steps of one half before the other and the interrupter have their turn.
  private static var burst: Int { 16 }

  private func advanceOutward() throws(Failure) -> Bool {
    do throws(HalfFailure<Plain.Failure, StreamError<Base.Failure>>) {
      return try outward.advance()
    } catch {
      switch error {
      case .source(let failure): throw .plain(failure)
      case .sink(let failure):
        try deliverWhatCame()
        throw .secure(failure)
      case .sinkEnded:
        try deliverWhatCame()
        throw .secure(.ended)
      }
    }
  }

  /// Delivers what the peer had sent before it took no more. What it said last, or that nothing more
  /// comes of a channel that has failed, is thrown from here.
  private func deliverWhatCame() throws(Failure) {
    while !inward.isDone {
      guard try !advanceInward() else {
        noteMove()
        continue
      }
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
      case .sinkEnded: throw .plainEnded
      }
    }
  }

  private func pause() throws(Failure) {
    let plainInterest = outward.sourceInterest.union(inward.sinkInterest)
    let secureInterest = inward.sourceInterest.union(outward.sinkInterest)
    var readiness = plain.readiness(for: plainInterest)
      .union(secure.readiness(for: secureInterest))
    if minds(departure: inward.isDone) {
      readiness = readiness.union(secure.departureReadiness)
    }
    try pause(for: readiness)
  }

  /// Waits until then, or until nothing has moved for too long.
  private func pause(for readiness: Readiness) throws(Failure) {
    let deadline = idleTimeout.map { lastMove + $0 }
    // Who keeps the readiness up without a byte of plaintext does not get around it.
    if let deadline, ContinuousClock.now >= deadline { throw .wait(.deadlineExceeded) }
    do throws(WaitFailure) {
      try wait(for: readiness, until: deadline, interrupter: secure.interrupter)
    } catch {
      throw .wait(error)
    }
  }
}

/// Where the work of a tunnel ends, if nothing fails.
public enum TunnelEnd: Sendable, Hashable {
  /// Both sides have ended. A peer that has closed may be waiting for the rest of an answer, even if its
  /// channel has ended too (half-close).
  case bothSides
  /// Also once the peer has closed, its channel has ended behind that, and nothing is left to send: for
  /// a plain side that may never end, such as a terminal.
  case peerHasLeft
}

extension Tunnel.Failure: CustomStringConvertible {
  /// Which side, and what happened.
  public var description: String {
    switch self {
    case .plain(let failure): "plain side: \(failure)"
    case .plainEnded: "plain side takes no more"
    case .secure(let failure): "\(failure)"
    case .wait(.deadlineExceeded): "nothing moved for the idle timeout"
    case .wait(.interrupted): "interrupted"
    case .wait(let failure): "cannot wait: \(failure)"
    }
  }
}

/// How many bytes of plaintext were carried, counted by one thread and read by any.
public final class Traffic: Sendable {
  private let sentCount = Atomic(0)
  private let receivedCount = Atomic(0)

  /// Nothing yet.
  public init() {}

  /// Bytes that went out through TLS.
  public var sent: Int { sentCount.load(ordering: .relaxed) }
  /// Bytes that came in through TLS.
  public var received: Int { receivedCount.load(ordering: .relaxed) }

  package func countSent(_ count: Int) { sentCount.wrappingAdd(count, ordering: .relaxed) }
  package func countReceived(_ count: Int) { receivedCount.wrappingAdd(count, ordering: .relaxed) }
}
