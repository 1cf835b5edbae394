import MemoryTLSTransport
import SystemPackage
import Testing

/// A plain side that says so many bytes and compares what comes with what it said.
///
/// Bytes are compared one with the other as they come, which is more than equal digests and cheaper.
final class Source: Transport {
  /// Bytes that came and were right.
  private(set) var matched = 0
  /// Whether the end came, behind the last byte.
  private(set) var hasEnded = false
  private let count: Int
  private var said = 0
  private var hasSaidEnd = false

  init(_ count: Int) { self.count = count }

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    let piece = min(out.freeCapacity, count - said, Self.period)
    guard piece > 0 else {
      hasSaidEnd = true
      return .ended
    }
    out.withUnsafeMutableBufferPointer { buffer, filled in
      let free = UnsafeMutableRawBufferPointer(
        UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
      Self.bytes(at: said, piece) { free.copyMemory(from: $0) }
      filled += piece
    }
    said += piece
    return .moved(piece)
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    let piece = min(bytes.count, Self.period)
    guard matched + piece <= said, !hasEnded else { throw .outOfRange }
    let isRight = bytes.extracting(..<piece).withUnsafeBytes { bytes in
      Self.bytes(at: matched, piece) { $0.elementsEqual(bytes) }
    }
    guard isRight else { throw .illegalByteSequence }
    matched += piece
    return .moved(piece)
  }

  func closeSending() throws(Errno) -> Movement {
    hasEnded = true
    return .ended
  }

  func readiness(for interest: Interest) -> Readiness {
    interest.isEmpty || (interest == .read && hasSaidEnd) ? Readiness() : .now
  }

  /// A prime, so that no block of TLS or of the system is as long.
  private static let period = 65_521
  private static let twice = pattern(period) + pattern(period)

  private static func bytes<Result>(
    at place: Int, _ count: Int, _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result {
    twice.withUnsafeBytes {
      body(UnsafeRawBufferPointer(rebasing: $0[(place % period)...].prefix(count)))
    }
  }
}

/// A plain side that says what it hears, and holds at most 64 KiB.
final class Echo: Transport {
  private var held: [UInt8] = []
  private var hasEnded = false

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    guard !held.isEmpty else { return hasEnded ? .ended : .wouldBlock }
    let count = min(held.count, out.freeCapacity)
    out.withUnsafeMutableBufferPointer { buffer, filled in
      held.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count)))
      }
      filled += count
    }
    held.removeFirst(count)
    return .moved(count)
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    let count = min(bytes.count, 65536 - held.count)
    bytes.extracting(..<count).withUnsafeBufferPointer { held.append(contentsOf: $0) }
    return count > 0 || bytes.isEmpty ? .moved(count) : .wouldBlock
  }

  func closeSending() throws(Errno) -> Movement {
    hasEnded = true
    return .ended
  }

  func readiness(for interest: Interest) -> Readiness {
    let isReadable = interest.contains(.read) && (!held.isEmpty || hasEnded)
    return isReadable || (interest.contains(.write) && held.count < 65536) ? .now : Readiness()
  }
}
