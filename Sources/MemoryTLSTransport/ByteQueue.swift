/// Bytes that are appended at the back and taken from the front.
struct ByteQueue {
  /// What is in it, behind what was taken already.
  var storage: [UInt8] = []
  private var taken = 0

  var count: Int { storage.count - taken }
  var isEmpty: Bool { count == 0 }
  var bytes: ArraySlice<UInt8> { storage[taken...] }

  /// Takes bytes from the front. What was taken is let go when it is no less than what is left:
  /// a queue that never runs empty stays small, and no more bytes are moved than are taken.
  mutating func drop(_ count: Int) {
    taken += count
    guard taken >= self.count else { return }
    storage.removeFirst(min(taken, storage.count))
    taken = 0
  }

  /// Appends what a call initialises, at most so many bytes, and answers what the call does.
  mutating func append<Failure: Error>(
    upTo count: Int, _ fill: (inout OutputSpan<UInt8>) throws(Failure) -> Movement
  ) throws(Failure) -> Movement {
    var movement = Movement.wouldBlock
    try storage.append(addingCapacity: count) { out throws(Failure) in movement = try fill(&out) }
    return movement
  }
}

extension [UInt8] {
  /// Appends bytes of a span.
  mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }
}
