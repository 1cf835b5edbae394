internal import Synchronization

/// One end of a channel in memory, usable from two threads, one an end.
///
/// Each direction holds a bounded number of bytes. An end that goes away is the end of what the other
/// reads, and the other's writes answer `.ended`.
public final class MemoryTransport: Transport, Sendable {
  /// A channel in memory does not fail.
  public typealias Failure = Never

  private let incoming: MemoryPipe
  private let outgoing: MemoryPipe

  /// Two ends that are joined.
  ///
  /// - Parameter capacity: Bytes that each direction holds, 1 or more.
  /// - Returns: both ends.
  /// - Throws: `Errno` if the process has no descriptors left: four pipes wake those who wait.
  public static func pair(
    capacity: Int = 65536
  ) throws -> (MemoryTransport, MemoryTransport) {
    let pipes = (try MemoryPipe(capacity), try MemoryPipe(capacity))
    return (
      MemoryTransport(incoming: pipes.0, outgoing: pipes.1),
      MemoryTransport(incoming: pipes.1, outgoing: pipes.0)
    )
  }

  private init(incoming: MemoryPipe, outgoing: MemoryPipe) {
    self.incoming = incoming
    self.outgoing = outgoing
  }

  deinit {
    outgoing.end()
    incoming.abandon()
  }

  /// Reads what is there.
  public func read(into out: inout OutputSpan<UInt8>) -> Movement {
    guard out.freeCapacity > 0 else { return .moved(0) }
    switch incoming.take(out.freeCapacity) {
    case nil: return .ended
    case let bytes? where bytes.isEmpty: return .wouldBlock
    case let bytes?:
      out.append(contentsOf: bytes[...])
      return .moved(bytes.count)
    }
  }

  /// Writes what fits.
  public func write(_ bytes: Span<UInt8>) -> Movement {
    bytes.isEmpty ? .moved(0) : outgoing.put(bytes)
  }

  /// Ends this direction; what is in it can still be read.
  public func closeSending() -> Movement {
    outgoing.end()
    return .ended
  }

  /// Waits for the other end to write or to read.
  public func readiness(for interest: Interest) -> Readiness {
    var readiness = Readiness()
    if interest.contains(.read) { readiness = readiness.union(incoming.readable.readiness) }
    if interest.contains(.write) { readiness = readiness.union(outgoing.writable.readiness) }
    return readiness
  }
}

/// One direction.
private final class MemoryPipe: Sendable {
  /// Raised while there is something to read, or an end.
  let readable: Interrupter
  /// Raised while there is room, or nobody who reads.
  let writable: Interrupter
  private let capacity: Int
  private let state = Mutex(State())

  private struct State {
    var bytes = ByteQueue()
    var hasEnded = false
    var isAbandoned = false
  }

  init(_ capacity: Int) throws {
    self.capacity = max(1, capacity)
    (readable, writable) = (try Interrupter(), try Interrupter())
    writable.interrupt()
  }

  /// At most so many bytes; nil at the end.
  func take(_ count: Int) -> [UInt8]? {
    change { state in
      let bytes = Array(state.bytes.bytes.prefix(count))
      state.bytes.drop(bytes.count)
      return bytes.isEmpty && state.hasEnded ? nil : bytes
    }
  }

  func put(_ bytes: Span<UInt8>) -> Movement {
    let bytes = bytes.extracting(..<min(bytes.count, capacity)).copied
    return change { state in
      guard !state.isAbandoned, !state.hasEnded else { return .ended }
      let fitting = bytes.prefix(capacity - state.bytes.count)
      state.bytes.storage += fitting
      return fitting.isEmpty ? .wouldBlock : .moved(fitting.count)
    }
  }

  func end() { change { $0.hasEnded = true } }
  func abandon() { change { $0.isAbandoned = true } }

  private func change<T>(_ body: (inout sending State) -> sending T) -> sending T {
    state.withLock { state in
      let result = body(&state)
      readable.raise(if: !state.bytes.isEmpty || state.hasEnded)
      writable.raise(
        if: state.bytes.count < capacity || state.hasEnded || state.isAbandoned)
      return result
    }
  }
}

extension Interrupter {
  fileprivate func raise(if condition: Bool) {
    guard condition != isInterrupted else { return }
    if condition { interrupt() } else { reset() }
  }
}

extension Span<UInt8> {
  fileprivate var copied: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(self)
    return bytes
  }
}
