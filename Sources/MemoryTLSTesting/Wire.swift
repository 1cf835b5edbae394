/// How bytes are cut on their way from one engine to the other.
public enum Wire: Sendable, Hashable {
  /// Everything pending at once.
  case whole
  /// Pieces of this many bytes; 1 or more.
  case bytes(Int)
  /// Pieces of 1 to 2048 bytes, the same for the same seed.
  case seeded(UInt64)

  /// The sizes of the pieces, one after the other.
  struct Cutter {
    private let wire: Wire
    private var random = SplitMix64(seed: 0)

    init(_ wire: Wire) {
      self.wire = wire
      if case .seeded(let seed) = wire { random = SplitMix64(seed: seed) }
    }

    mutating func next() -> Int {
      switch wire {
      case .whole: .max
      case .bytes(let count): max(1, count)
      case .seeded: 1 + Int(random.next() % 2048)
      }
    }
  }
}
