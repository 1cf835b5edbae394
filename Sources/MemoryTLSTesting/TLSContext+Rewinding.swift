public import MemoryTLS

extension TLSContext {
  /// With a seed (``MemoryTLS/Entropy/seeded(_:)``), has the engine that is made next draw what the
  /// first one drew; without one, nothing happens.
  ///
  /// So thousands of equal connections need a context once, which costs more than they do. Only what
  /// was drawn is undone: the context still has its sessions, and an RSA key still counts its signatures,
  /// of which every 32nd draws more bytes than the others.
  public func rewind() { startOver() }
}
