// The bytes of an engine, for those who look at them.

extension TLSEngine {
  /// Which way bytes went.
  public enum Passage: Sendable, Hashable, CaseIterable {
    /// Ciphertext of the peer, into the engine.
    case pushed
    /// Ciphertext for the peer, out of the engine.
    case pulled
    /// Plaintext for the peer, early data too, into the engine.
    case written
    /// The peer's plaintext, early data too, out of the engine.
    case read
  }

  /// Looks at all bytes that go into an engine and out of it, as each call has moved them; never at
  /// none.
  ///
  /// Calling the engine from it is a caller's fault that changes nothing.
  public typealias PassageObserver = (Passage, Span<UInt8>) -> Void

  /// Whether anybody looks.
  var isObserved: Bool { passageObserver != nil }

  /// Tells the observer what a call has moved.
  func report(_ passage: Passage, _ bytes: Span<UInt8>) {
    guard let passageObserver, !bytes.isEmpty else { return }
    let wasLent = connection.reports.isLent
    connection.reports.isLent = true
    passageObserver(passage, bytes)
    connection.reports.isLent = wasLent
  }
}
