import MemoryTLSTransport

/// A channel with bytes that go before all others: some to be read first, some to be written first.
final class ForerunTransport<Base: Transport>: Transport {
  typealias Failure = Base.Failure

  private let base: Base
  private var toRead: ArraySlice<UInt8>
  private var toWrite: ArraySlice<UInt8>

  init(_ base: Base, reading toRead: [UInt8], writing toWrite: [UInt8]) {
    self.base = base
    (self.toRead, self.toWrite) = (toRead[...], toWrite[...])
  }

  func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    guard !toRead.isEmpty else { return try base.read(into: &out) }
    let taken = toRead.prefix(out.freeCapacity)
    for byte in taken { out.append(byte) }
    toRead = toRead.dropFirst(taken.count)
    return .moved(taken.count)
  }

  func write(_ bytes: Span<UInt8>) throws(Failure) -> Movement {
    while !toWrite.isEmpty {
      let bytes = toWrite
      let movement = try base.write(bytes.span)
      guard case .moved(let count) = movement else { return movement }
      toWrite = toWrite.dropFirst(count)
    }
    return try base.write(bytes)
  }

  func closeSending() throws(Failure) -> Movement {
    while !toWrite.isEmpty {
      let movement = try write([UInt8]().span)
      if movement == .wouldBlock || movement == .ended { return movement }
    }
    return try base.closeSending()
  }

  func readiness(for interest: Interest) -> Readiness {
    if interest.contains(.read), !toRead.isEmpty { return .now }
    return base.readiness(for: toWrite.isEmpty ? interest : interest.union(.write))
  }

  func handshakeDone(pending: Int) { base.handshakeDone(pending: pending) }
}
