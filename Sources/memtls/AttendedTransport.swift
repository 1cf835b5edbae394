import MemoryTLSTransport

/// A channel whose user is looked at when it has moved: before each wait, and when a flight is sent.
final class AttendedTransport<Base: Transport>: Transport {
  typealias Failure = Base.Failure

  private let base: Base
  private let look: () -> Void

  /// `look` is never called inside a call of the user's that moves bytes.
  init(_ base: Base, look: @escaping () -> Void) {
    self.base = base
    self.look = look
  }

  func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    try base.read(into: &out)
  }

  func write(_ bytes: Span<UInt8>) throws(Failure) -> Movement {
    if bytes.isEmpty { look() }
    return try base.write(bytes)
  }

  func closeSending() throws(Failure) -> Movement { try base.closeSending() }

  func readiness(for interest: Interest) -> Readiness {
    look()
    return base.readiness(for: interest)
  }

  func handshakeDone(pending: Int) { base.handshakeDone(pending: pending) }
}
