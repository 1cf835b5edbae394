import MemoryTLSTransport
import SystemPackage

/// One end of a channel in memory, with nothing to wait for: whoever drives it takes turns.
final class MemoryChannel: Transport {
  /// Bytes taken from the channel and put into it.
  private(set) var bytesRead = 0
  var bytesWritten: Int { written.count }
  /// Everything that was put into it.
  private(set) var written: [UInt8] = []
  /// How many bytes each call of `read` had room for, if it found any.
  private(set) var requests: [Int] = []
  /// Calls of `read` that found nothing: many in a row mean that somebody waits without waiting.
  private var idleReads = 0
  /// What reading fails with from now on.
  var readFailure: Errno?
  /// The most bytes that a call of `read` answers with.
  var largestRead = Int.max
  /// Whether writing answers that nothing more is taken.
  var takesNoMore = false
  private let incoming: Store
  private let outgoing: Store

  /// What travels one way.
  private final class Store {
    var bytes: ArraySlice<UInt8> = []
    var isClosed = false
    let capacity: Int

    init(capacity: Int) { self.capacity = capacity }
  }

  private init(incoming: Store, outgoing: Store) {
    (self.incoming, self.outgoing) = (incoming, outgoing)
  }

  /// Both ends of a channel that holds so many bytes each way.
  static func pair(capacity: Int) -> (MemoryChannel, MemoryChannel) {
    pair(outgoing: capacity, incoming: capacity)
  }

  /// Both ends, with what the first can write ahead and what it can leave unread.
  static func pair(outgoing: Int, incoming: Int) -> (MemoryChannel, MemoryChannel) {
    let (there, back) = (Store(capacity: outgoing), Store(capacity: incoming))
    return (
      MemoryChannel(incoming: back, outgoing: there),
      MemoryChannel(incoming: there, outgoing: back)
    )
  }

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    guard out.freeCapacity > 0 else { return .moved(0) }
    if let readFailure { throw readFailure }
    let count = min(out.freeCapacity, incoming.bytes.count, largestRead)
    guard count > 0 else { return incoming.isClosed ? .ended : try idle() }
    idleReads = 0
    requests.append(out.freeCapacity)
    for byte in incoming.bytes.prefix(count) { out.append(byte) }
    incoming.bytes = incoming.bytes.dropFirst(count)
    bytesRead += count
    return .moved(count)
  }

  private func idle() throws(Errno) -> Movement {
    idleReads += 1
    guard idleReads < 100_000 else { throw .tooManySymbolicLinkLevels }
    return .wouldBlock
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    guard !bytes.isEmpty else { return .moved(0) }
    guard !takesNoMore else { return .ended }
    guard !outgoing.isClosed else { throw .brokenPipe }
    let count = min(bytes.count, outgoing.capacity - outgoing.bytes.count)
    for index in 0..<count { outgoing.bytes.append(bytes[index]) }
    written += outgoing.bytes.suffix(count)
    return count > 0 ? .moved(count) : .wouldBlock
  }

  func closeSending() throws(Errno) -> Movement {
    outgoing.isClosed = true
    return .ended
  }

  /// Nobody reads any more what this end writes.
  func breakSending() { outgoing.isClosed = true }

  func readiness(for interest: Interest) -> Readiness { Readiness() }
}
