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
    private var state: UInt64 = 0

    init(_ wire: Wire) {
      self.wire = wire
      if case .seeded(let seed) = wire { state = seed }
    }

    mutating func next() -> Int {
      switch wire {
      case .whole: .max
      case .bytes(let count): max(1, count)
      case .seeded: 1 + Int(random() % 2048)
      }
    }

    /// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
    private mutating func random() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}
