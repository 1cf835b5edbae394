import Glibc
import MemoryTLSTransport
import SystemPackage

/// Both ends of a pair of connected sockets, neither set not to block.
func socketPair() throws -> (FileDescriptor, FileDescriptor) {
  var ends: [CInt] = [0, 0]
  guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
  else {
    throw Errno(rawValue: errno)
  }
  return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
}

/// Two ends of a channel over two pipes, as pairs of input and output.
struct PipePair: Sendable {
  let near: (input: FileDescriptor, output: FileDescriptor)
  let far: (input: FileDescriptor, output: FileDescriptor)

  /// The pipes hold this many bytes each, or what the system chooses.
  init(capacity: CInt? = nil) throws {
    let (there, back) = (try FileDescriptor.privatePipe(), try FileDescriptor.privatePipe())
    near = (back.readEnd, there.writeEnd)
    far = (there.readEnd, back.writeEnd)
    guard let capacity else { return }
    for end in [near.output, far.output] { try end.shrinkPipe(to: capacity) }
  }
}

/// The two ends of a channel, for tests that run over several kinds.
enum Channel: CaseIterable, Sendable {
  case sockets
  case pipes

  typealias End = (input: FileDescriptor, output: FileDescriptor)

  func ends() throws -> (End, End) {
    switch self {
    case .sockets:
      let (near, far) = try socketPair()
      return ((near, near), (far, far))
    case .pipes:
      let pair = try PipePair()
      return (pair.near, pair.far)
    }
  }
}

extension DescriptorTransport {
  /// Takes over both ends of one side.
  convenience init(_ end: Channel.End) { self.init(input: end.input, output: end.output) }
}

extension FileDescriptor {
  /// `F_SETPIPE_SZ` of linux/fcntl.h, which the module of the C library does not show.
  func shrinkPipe(to capacity: CInt) throws {
    guard fcntl(rawValue, 1031, capacity) == capacity else { throw Errno(rawValue: errno) }
  }

  /// Whether the number stands for an open file.
  var isOpen: Bool { fcntl(rawValue, F_GETFD) >= 0 }

  var statusFlags: CInt { fcntl(rawValue, F_GETFL) }

  /// Reads until the end, blocking.
  func readToEnd() throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let piece = try [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
        count = try read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      guard !piece.isEmpty else { return all }
      all += piece
    }
  }
}

extension Transport {
  /// Reads once; at most `limit` bytes.
  func read(upTo limit: Int = 65536) throws(Failure) -> (bytes: [UInt8], movement: Movement) {
    var movement = Movement.wouldBlock
    let bytes = try [UInt8](capacity: limit) { out throws(Failure) in
      movement = try read(into: &out)
    }
    return (bytes, movement)
  }

  func write(_ bytes: [UInt8]) throws(Failure) -> Movement { try write(bytes.span) }

  /// Reads so many bytes, or up to the end, waiting for them.
  func collect(_ count: Int) throws -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      let (bytes, movement) = try read(upTo: min(65536, count - all.count))
      all += bytes
      if movement == .ended { break }
      if movement == .wouldBlock { try wait(for: readiness(for: .read), until: stalled) }
    }
    return all
  }
}

/// Bytes that differ from place to place, so that none can be lost or moved unseen.
func pattern(_ count: Int, seed: UInt32 = 1) -> [UInt8] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}
