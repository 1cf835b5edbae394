public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Two regular files that only grow: one that the other side appends to, and one for this side.
///
/// Either side may start first. It makes its own file, and writes nothing before the other's is there.
/// Behind its last byte it makes an empty file, the name of its own with `.end` appended; that or
/// close_notify is the end, and nothing else. A transport that goes makes that file too, whatever the
/// reason: TLS tells a clean end from another. Files stay where they are when it goes, and hold the whole
/// conversation: nothing slows a writer down but the disk.
///
/// The reader looks for more after 1 ms, then after twice as long each time, up to 50 ms.
public final class FilePairTransport: Transport {
  /// The file that the other side appends to.
  public let input: FilePath
  /// The file that is appended to here.
  public let output: FilePath
  private let outputDescriptor: FileDescriptor
  private var inputDescriptor: FileDescriptor?
  private var bytesRead: Int64 = 0
  private var hasSaidEnd = false
  private var pace = Pace()

  /// Makes the output file, or takes an empty one.
  ///
  /// - Throws: if either has another conversation in it, or is no file for this.
  public init(input: FilePath, output: FilePath) throws(Failure) {
    self.input = input
    self.output = output
    let (theirs, ours) = (try input.regularStatus(), try output.regularStatus())
    let areOne = if let theirs, let ours { theirs.isSameFile(as: ours) } else { input == output }
    guard !areOne else { throw .sameFile(output) }
    for path in [input.end, output.end] where try path.status() != nil { throw .finished(path) }
    // Who starts first waits for the other's file, so that a new one cannot have an answer yet.
    if let theirs, theirs.size > 0, ours == nil { throw .notEmpty(input) }
    outputDescriptor = try Self.openOutput(output)
  }

  deinit {
    _ = try? closeSending()
    try? outputDescriptor.close()
    try? inputDescriptor?.close()
  }

  /// What can go wrong with the files.
  public enum Failure: Error, Sendable, Hashable {
    /// A file is left from another conversation.
    case notEmpty(FilePath)
    /// A file says that a conversation is over already.
    case finished(FilePath)
    /// Somebody else writes the output.
    case inUse(FilePath)
    /// It is no regular file.
    case notRegular(FilePath)
    /// Input and output are one file.
    case sameFile(FilePath)
    /// The input became shorter than what was read of it.
    case shrank(FilePath)
    /// A call of the system failed.
    case system(FilePath, Errno)
  }

  /// Reads what was appended.
  public func read(into out: inout OutputSpan<UInt8>) throws(Failure) -> Movement {
    guard out.freeCapacity > 0 else { return .moved(0) }
    guard let descriptor = try openInput() else {
      pace.lengthen()
      return .wouldBlock
    }
    var count = try append(from: descriptor, to: &out)
    // The end is made behind the last byte: after it was seen, one more look finds all there is.
    let hasEnded = if count == 0 { try input.end.status() != nil } else { false }
    if hasEnded { count = try append(from: descriptor, to: &out) }
    guard count == 0 else {
      pace = Pace()
      return .moved(count)
    }
    guard try Self.regular(descriptor, input).size >= bytesRead else { throw .shrank(input) }
    pace.lengthen()
    return hasEnded ? .ended : .wouldBlock
  }

  /// Appends all of it, as soon as the other side's file is there.
  public func write(_ bytes: Span<UInt8>) throws(Failure) -> Movement {
    guard !bytes.isEmpty else { return .moved(0) }
    guard !hasSaidEnd else { throw .system(output, .brokenPipe) }
    guard try openInput() != nil else {
      pace.lengthen()
      return .wouldBlock
    }
    let count = unsafe bytes.withUnsafeBytes { bytes in
      retrying { unsafe systemWrite(outputDescriptor.rawValue, bytes) }
    }
    guard count >= 0 else { throw .system(output, Errno(rawValue: errno)) }
    return .moved(count)
  }

  /// Makes the file that says the end.
  public func closeSending() throws(Failure) -> Movement {
    guard !hasSaidEnd else { return .ended }
    let mark = try Self.open(output.end, .writeOnly, [.create, .exclusiveCreate])
    hasSaidEnd = true
    try? mark.close()
    return .ended
  }

  /// Whether the other side has made its file.
  ///
  /// - Throws: why that cannot be opened.
  public func peerIsThere() throws(Failure) -> Bool { try openInput() != nil }

  /// A time to look again: files do not tell poll(2) when they grow.
  public func readiness(for interest: Interest) -> Readiness {
    guard !interest.isEmpty else { return Readiness() }
    if interest.contains(.write), inputDescriptor != nil { return .now }
    var readiness = Readiness()
    readiness.time = .now + pace.interval
    return readiness
  }
}

extension FilePairTransport.Failure: CustomStringConvertible {
  /// What is wrong with which file, and what to do about it.
  public var description: String {
    switch self {
    case .notEmpty(let path): "\(path) is not empty: remove what is left of another conversation"
    case .finished(let path): "\(path) is there: remove what is left of another conversation"
    case .inUse(let path):
      "\(path) is written by somebody else: the other side takes the two paths the other way round"
    case .notRegular(let path): "\(path) is no regular file"
    case .sameFile(let path): "\(path) is both input and output: two files are needed"
    case .shrank(let path): "\(path) became shorter: it must only grow"
    case .system(let path, let failure): "\(path): \(failure)"
    }
  }
}

extension FilePairTransport {
  private static func openOutput(_ path: FilePath) throws(Failure) -> FileDescriptor {
    let descriptor = try open(path, .writeOnly, [.create, .append])
    do throws(Failure) {
      // File systems without locks answer otherwise.
      guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
        throw .inUse(path)
      }
      guard try regular(descriptor, path).size == 0 else { throw .notEmpty(path) }
    } catch {
      try? descriptor.close()
      throw error
    }
    return descriptor
  }

  /// The input, or nil if the other side has not made it yet.
  private func openInput() throws(Failure) -> FileDescriptor? {
    if let inputDescriptor { return inputDescriptor }
    guard try input.regularStatus() != nil else { return nil }
    let descriptor = try Self.open(input, .readOnly, [])
    do throws(Failure) { _ = try Self.regular(descriptor, input) } catch {
      try? descriptor.close()
      throw error
    }
    (inputDescriptor, pace) = (descriptor, Pace())
    return descriptor
  }

  private static func open(
    _ path: FilePath, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
  ) throws(Failure) -> FileDescriptor {
    do throws(Errno) {
      return try .opening(path, mode, options.union(.nonBlocking))
    } catch {
      throw .system(path, error)
    }
  }

  private static func regular(
    _ descriptor: FileDescriptor, _ path: FilePath
  ) throws(Failure) -> Stat {
    let status: Stat
    do { status = try descriptor.stat() } catch { throw .system(path, error) }
    guard status.type == .regular else { throw .notRegular(path) }
    return status
  }

  private func append(
    from descriptor: FileDescriptor, to out: inout OutputSpan<UInt8>
  ) throws(Failure) -> Int {
    let count = unsafe out.append { buffer in
      retrying { unsafe systemRead(descriptor.rawValue, buffer) }
    }
    guard count >= 0 else { throw .system(input, Errno(rawValue: errno)) }
    bytesRead += Int64(count)
    return count
  }
}

/// How long to wait before the next look.
private struct Pace {
  private(set) var interval = Duration.milliseconds(1)

  mutating func lengthen() { interval = min(interval * 2, .milliseconds(50)) }
}

extension FilePath {
  /// The file that says that this one does not grow any more.
  fileprivate var end: FilePath { FilePath(string + ".end") }

  /// What stat(2) says; nil if there is no such file.
  fileprivate func status() throws(FilePairTransport.Failure) -> Stat? {
    do throws(Errno) { return try stat() } catch {
      guard error != .noSuchFileOrDirectory else { return nil }
      throw .system(self, error)
    }
  }

  /// The same, of a regular file.
  fileprivate func regularStatus() throws(FilePairTransport.Failure) -> Stat? {
    let status = try status()
    guard status == nil || status?.type == .regular else { throw .notRegular(self) }
    return status
  }
}
