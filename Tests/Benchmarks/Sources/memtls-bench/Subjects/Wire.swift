import MemoryTLS

/// Carries ciphertext between two engines.
struct Wire {
  private let carriage: Carriage
  private var buffer: [UInt8] = []

  enum Carriage {
    /// Through a buffer, as between an engine and a socket.
    case copied
    /// From ring to ring.
    case inPlace
  }

  init(_ carriage: Carriage) {
    self.carriage = carriage
    buffer.reserveCapacity(Self.capacity)
  }

  /// Carries as much as the other end has room for, and answers how many bytes.
  mutating func carry(from sender: TLSEngine, to receiver: TLSEngine) throws(TLSError) -> Int {
    switch carriage {
    case .copied: try copy(from: sender, to: receiver)
    case .inPlace: try lend(from: sender, to: receiver)
    }
  }

  private mutating func copy(
    from sender: TLSEngine, to receiver: TLSEngine
  ) throws(TLSError) -> Int {
    let room = min(Self.capacity, receiver.ciphertextCapacity)
    buffer.removeAll(keepingCapacity: true)
    buffer.append(addingCapacity: room) { out in _ = sender.pull(into: &out) }
    return buffer.isEmpty ? 0 : try receiver.push(buffer.span)
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
