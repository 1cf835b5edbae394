internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Ends waits from another thread or from a signal handler.
///
/// It stays interrupted until ``reset()``; every wait it was handed to ends at once.
public final class Interrupter: Sendable {
  /// Readable while interrupted.
  let descriptor: FileDescriptor
  private let trigger: FileDescriptor

  /// - Throws: `Errno` if the process has no descriptors left.
  public init() throws {
    let ends = try FileDescriptor.privatePipe()
    descriptor = ends.readEnd
    trigger = ends.writeEnd
    for end in [descriptor, trigger] { try end.makeNonBlocking() }
  }

  deinit {
    try? descriptor.close()
    try? trigger.close()
  }

  /// Ends every wait. One write(2) that leaves errno alone: a signal handler may call it.
  public func interrupt() {
    let before = errno
    defer { errno = before }
    var byte: UInt8 = 1
    _ = unsafe write(trigger.rawValue, &byte, 1)
  }

  /// Allows waits again.
  public func reset() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while unsafe read(descriptor.rawValue, &bytes, bytes.count) > 0 {}
  }

  /// To wait for an interruption as for anything else.
  package var readiness: Readiness {
    var readiness = Readiness()
    readiness.waits = [.init(descriptor, CShort(POLLIN))]
    return readiness
  }

  /// Whether waits end at once.
  public var isInterrupted: Bool {
    var polled = pollfd(fd: descriptor.rawValue, events: CShort(POLLIN), revents: 0)
    return unsafe poll(&polled, 1, 0) == 1
  }
}
