/// A channel that carries bytes both ways and never makes its caller wait.
///
/// Every call answers at once; who wants to wait asks for the ``Readiness`` and hands it to
/// ``wait(for:until:interrupter:)``. A class, because a channel has an identity.
public protocol Transport<Failure>: AnyObject {
  /// What can go wrong with the channel itself.
  associatedtype Failure: Error

  /// Appends bytes to `out`: as many as are there and fit.
  func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement

  /// Takes bytes from the front of `bytes`. An empty span ends a flight, because the TLS engine now
  /// waits for its peer: what the channel holds inside has to be sent.
  func write(_ bytes: Span<UInt8>) throws(Failure) -> Movement

  /// Tells the other side that nothing more will be written; reading goes on.
  ///
  /// - Returns: `.ended` when that is said; `.wouldBlock` if it has to be called again.
  func closeSending() throws(Failure) -> Movement

  /// What to wait for before the next call can get anywhere.
  func readiness(for interest: Interest) -> Readiness

  /// Tells that the TLS handshake over this channel is done, but for so many bytes that are still to be
  /// written. For formats that end there; others need not care.
  func handshakeDone(pending: Int)
}

extension Transport {
  /// Nothing changes.
  public func handshakeDone(pending: Int) {}
}

/// What a call on a ``Transport`` came to.
public enum Movement: Sendable, Hashable {
  /// This many bytes went through.
  case moved(Int)
  /// None could; wait for the readiness and call again. The readiness may be ``Readiness/now``, where a
  /// call gave up after many rounds without result, so that somebody can look at the time.
  case wouldBlock
  /// Reading: the other side sends no more. Writing: it takes no more.
  case ended
}

/// What the next calls on a ``Transport`` will be.
public struct Interest: OptionSet, Sendable, Hashable {
  /// The options as bits.
  public let rawValue: Int

  /// The options of these bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// It will be read from.
  public static let read = Interest(rawValue: 1)
  /// It will be written to.
  public static let write = Interest(rawValue: 2)
}
