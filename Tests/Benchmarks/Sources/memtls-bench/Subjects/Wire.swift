import MemoryTLS

/// Carries ciphertext between two engines.
struct Wire {
  private let carriage: Carriage
  private let buffer = Buffer(capacity: capacity)

  enum Carriage {
    /// Through a buffer, as between an engine and a socket.
    case copied
    /// From ring to ring.
    case inPlace
  }

  init(_ carriage: Carriage) { self.carriage = carriage }

  /// Carries as much as the other end has room for, and answers how many bytes.
  func carry(from sender: TLSEngine, to receiver: TLSEngine) throws(TLSError) -> Int {
    switch carriage {
    case .copied: try copy(from: sender, to: receiver)
    case .inPlace: try lend(from: sender, to: receiver)
    }
  }

  private func copy(from sender: TLSEngine, to receiver: TLSEngine) throws(TLSError) -> Int {
    let room = min(buffer.capacity, receiver.ciphertextCapacity)
    return try buffer.fill(upTo: room) { out throws(TLSError) in
      guard sender.pull(into: &out) > 0 else { return 0 }
      return try receiver.push(out.span)
    }
  }

  private func lend(from sender: TLSEngine, to receiver: TLSEngine) throws(TLSError) -> Int {
    var total = 0
    while sender.pendingCiphertext > 0 {
      var taken = 0
      try sender.withPendingCiphertext { bytes throws(TLSError) in
        taken = try receiver.push(bytes)
        return taken
      }
      guard taken > 0 else { break }
      total += taken
    }
    return total
  }

  /// What an engine's ring holds.
  private static let capacity = 17408
}
