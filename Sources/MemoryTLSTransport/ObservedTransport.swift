/// A channel whose bytes somebody looks at as they pass.
public final class ObservedTransport<Base: Transport>: Transport {
  /// What can go wrong: nothing but with the channel.
  public typealias Failure = Base.Failure

  /// The channel itself.
  public let base: Base
  private let observer: (Passage, Span<UInt8>) -> Void

  /// Watches a channel; the observer is called with what each call moved, never with nothing.
  public init(_ base: Base, observer: @escaping (Passage, Span<UInt8>) -> Void) {
    self.base = base
    self.observer = observer
  }

  /// Reads from the channel.
  public func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    let before = out.count
    defer { if out.count > before { observer(.read, out.span.extracting(before...)) } }
    return try base.read(into: &out)
  }

  /// Writes to the channel.
  public func write(_ bytes: Span<UInt8>) throws(Failure) -> Movement {
    let movement = try base.write(bytes)
    if case .moved(let count) = movement, count > 0 {
      observer(.written, bytes.extracting(..<count))
    }
    return movement
  }

  /// Ends the channel's sending.
  public func closeSending() throws(Failure) -> Movement { try base.closeSending() }

  /// What the channel has to be waited for.
  public func readiness(for interest: Interest) -> Readiness { base.readiness(for: interest) }

  /// Tells the channel.
  public func handshakeDone(pending: Int) { base.handshakeDone(pending: pending) }
}

/// Which way bytes passed.
public enum Passage: Sendable, Hashable {
  /// From the other side.
  case read
  /// To the other side.
  case written
}
