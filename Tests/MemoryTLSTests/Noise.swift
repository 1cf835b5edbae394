import MemoryTLS
import MemoryTLSTesting

/// An observer whose work is given later, because it needs the engine that it observes.
final class Gate: @unchecked Sendable {
  var whenOpened: () -> Void = {}
  private(set) var passages = 0

  var observer: MessageObserver {
    { [self] _ in
      passages += 1
      whenOpened()
    }
  }
}

/// Numbers that look random and are the same for the same seed (xorshift64).
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed | 1 }

  mutating func byte() -> UInt8 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state >> 24)
  }

  mutating func next(below limit: Int) -> Int { (Int(byte()) << 8 | Int(byte())) % limit }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }
}

/// Pieces as a wire would cut them.
func cut(_ bytes: [UInt8], as wire: Wire) -> [ArraySlice<UInt8>] {
  var noise = Noise(seed: 7)
  var rest = bytes[...]
  var pieces: [ArraySlice<UInt8>] = []
  while !rest.isEmpty {
    let count =
      switch wire {
      case .whole: rest.count
      case .bytes(let count): count
      case .seeded: 1 + noise.next(below: 100)
      }
    pieces.append(rest.prefix(count))
    rest = rest.dropFirst(count)
  }
  return pieces
}
