public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A pair of file descriptors: pipes, FIFOs, sockets, terminals, whatever was inherited.
///
/// It owns both and closes them when it goes. It sets no flags, because others may share the open
/// files: sockets are asked not to block call by call, regular files never do, others are polled
/// before each call. What is
/// written to a pipe goes through an open file of its own where the system gives one (Linux); else,
/// unless there is `O_NONBLOCK` already, it is written in pieces of 4 KiB, of 64 bytes for a raw
/// terminal, of one byte for another. SIGPIPE is never raised; the error is `Errno.brokenPipe`.
public final class DescriptorTransport: Transport {
  /// Where bytes come from.
  public let input: FileDescriptor
  /// Where bytes go to; may be the same.
  public let output: FileDescriptor
  private let inputKind: DescriptorKind
  private let outputKind: DescriptorKind
  /// The output once more, if that is a pipe which may block.
  private let unblocked: FileDescriptor?
  private var isOutputClosed = false
  private var settings: TerminalSettings?

  /// Takes over both descriptors.
  public init(input: FileDescriptor, output: FileDescriptor) {
    self.input = input
    self.output = output
    inputKind = DescriptorKind(of: input)
    outputKind = DescriptorKind(of: output)
    unblocked = outputKind.reopenedWithoutBlocking(output)
  }

  /// Takes over one descriptor that goes both ways, such as a socket.
  public convenience init(_ descriptor: FileDescriptor) {
    self.init(input: descriptor, output: descriptor)
  }

  deinit {
    settings?.restore()
    if !isOutputClosed {
      try? unblocked?.close()
      if output != input { try? output.close() }
    }
    try? input.close()
  }

  /// Reads what is there (recv(2), read(2)). The end of a terminal's other side, EIO, is an end.
  public func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    guard out.freeCapacity > 0 else { return .moved(0) }
    let count = unsafe out.append { unsafe inputKind.read(input.rawValue, $0) }
    guard count < 0 else { return count == 0 ? .ended : .moved(count) }
    switch Errno(rawValue: errno) {
    case .resourceTemporarilyUnavailable: return .wouldBlock
    case .ioError where inputKind == .terminal: return .ended
    case let failure: throw failure
    }
  }

  /// Writes what fits (send(2), write(2)).
  public func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    guard !bytes.isEmpty else { return .moved(0) }
    guard !isOutputClosed else { throw .brokenPipe }
    let count = unsafe bytes.withUnsafeBytes {
      unsafe outputKind.write((unblocked ?? output).rawValue, $0)
    }
    guard count < 0 else { return .moved(count) }
    guard errno == EAGAIN else { throw Errno(rawValue: errno) }
    return .wouldBlock
  }

  /// Shuts a socket down for writing; closes any other output that is not also the input.
  public func closeSending() throws(Errno) -> Movement {
    guard !isOutputClosed else { return .ended }
    isOutputClosed = true
    if outputKind == .socket {
      // A peer that is gone already need not be told.
      guard shutdown(output.rawValue, CInt(SHUT_WR)) == 0 || errno == ENOTCONN else {
        throw Errno(rawValue: errno)
      }
    }
    try? unblocked?.close()
    // On failure the descriptor is gone all the same (close(2)); deinit must not close it again.
    if output != input { do { try output.close() } catch { throw error as? Errno ?? .ioError } }
    return .ended
  }

  /// Passes all bytes of a terminal unchanged until this transport goes.
  func makeRaw(baud: Int?) throws(Errno) {
    settings = try TerminalSettings(makingRaw: input, baud: baud)
  }

  /// `POLLIN` on the input, `POLLOUT` on the output.
  public func readiness(for interest: Interest) -> Readiness {
    var readiness = Readiness()
    if interest.contains(.read) { readiness.waits.append(.init(input, CShort(POLLIN))) }
    if interest.contains(.write) {
      guard !isOutputClosed else { return .now }
      readiness.waits.append(.init(output, CShort(POLLOUT)))
    }
    return readiness
  }
}
