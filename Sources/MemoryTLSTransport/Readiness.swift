public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What to wait for before a ``Transport`` can move.
public struct Readiness: Sendable {
  /// Descriptors and what to wait for on each; any one of them is enough.
  public var waits: [Wait] = []
  /// When to look again whatever the descriptors say.
  public var time: ContinuousClock.Instant?
  /// Whether there is nothing to wait for, because bytes are buffered inside or nothing is blocked.
  public var isReady = false

  /// One descriptor and the events of poll(2).
  public struct Wait: Sendable, Hashable {
    /// The descriptor.
    public let descriptor: FileDescriptor
    /// `POLLIN`, `POLLOUT` or both.
    public let events: CShort

    /// One descriptor and the events of poll(2).
    public init(_ descriptor: FileDescriptor, _ events: CShort) {
      self.descriptor = descriptor
      self.events = events
    }
  }

  /// Nothing to wait for on any descriptor.
  public init() {}

  /// Ready now.
  public static let now: Readiness = {
    var readiness = Readiness()
    readiness.isReady = true
    return readiness
  }()

  /// Ready when either is.
  public func union(_ other: Readiness) -> Readiness {
    var both = self
    both.waits += other.waits
    both.time = [time, other.time].compactMap { $0 }.min()
    both.isReady = isReady || other.isReady
    return both
  }
}

/// Why waiting ended without readiness. The transport and the engine above it stay usable.
public enum WaitFailure: Error, Sendable, Hashable {
  /// The deadline passed.
  case deadlineExceeded
  /// ``Interrupter/interrupt()`` was called.
  case interrupted
  /// There is nothing to wait for: no descriptor and no time.
  case nothingToWaitFor
  /// poll(2) failed.
  case poll(Errno)
}

/// Waits until a transport is ready: the only place of this module that waits.
///
/// - Parameters:
///   - readiness: What a transport answered.
///   - deadline: When to give up; nil for never.
///   - interrupter: Who may end the wait from another thread.
/// - Throws: why it ended early. An interrupter that was already used ends it at once.
public func wait(
  for readiness: Readiness, until deadline: ContinuousClock.Instant? = nil,
  interrupter: Interrupter? = nil
) throws(WaitFailure) {
  if interrupter?.isInterrupted == true { throw .interrupted }
  if readiness.isReady { return }
  var polled = readiness.waits.map {
    pollfd(fd: $0.descriptor.rawValue, events: $0.events, revents: 0)
  }
  if let interrupter {
    polled.append(pollfd(fd: interrupter.descriptor.rawValue, events: CShort(POLLIN), revents: 0))
  }
  let limit = [readiness.time, deadline].compactMap { $0 }.min()
  guard !readiness.waits.isEmpty || limit != nil else { throw .nothingToWaitFor }
  try poll(&polled, until: limit)
  if interrupter?.isInterrupted == true { throw .interrupted }
  let isReady = polled.prefix(readiness.waits.count).contains { $0.revents != 0 }
  if !isReady, let deadline, ContinuousClock.now >= deadline { throw .deadlineExceeded }
}

/// poll(2), again after a signal.
private func poll(
  _ polled: inout [pollfd], until limit: ContinuousClock.Instant?
) throws(WaitFailure) {
  while true {
    let milliseconds = limit.map { ContinuousClock.now.duration(to: $0).pollTimeout } ?? -1
    if unsafe poll(&polled, nfds_t(polled.count), milliseconds) >= 0 { return }
    guard errno == EINTR else { throw .poll(Errno(rawValue: errno)) }
  }
}

extension Duration {
  /// Milliseconds for poll(2): none for what is past, rounded up, at most 24 days.
  fileprivate var pollTimeout: CInt {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    guard seconds < Int64(CInt.max) / 1000 else { return CInt.max }
    return CInt(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }
}
