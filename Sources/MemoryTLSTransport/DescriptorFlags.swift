package import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

extension FileDescriptor {
  /// Sets `O_NONBLOCK`, for everyone who shares the open file.
  package func makeNonBlocking() throws(Errno) {
    let flags = fcntl(rawValue, F_GETFL)
    guard flags >= 0, fcntl(rawValue, F_SETFL, flags | O_NONBLOCK) >= 0 else {
      throw Errno(rawValue: errno)
    }
  }

  /// Sets `FD_CLOEXEC`, so that child processes do not inherit it.
  package func closeOnExec() throws(Errno) {
    guard fcntl(rawValue, F_SETFD, FD_CLOEXEC) >= 0 else { throw Errno(rawValue: errno) }
  }

  /// open(2), not inherited by children; a file that it makes is its owner's alone.
  static func opening(
    _ path: FilePath, _ mode: AccessMode, _ options: OpenOptions
  ) throws(Errno) -> FileDescriptor {
    do {
      return try open(
        path, mode, options: options.union(.closeOnExec), permissions: .ownerReadWrite)
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  /// A pipe that no child process inherits, even one that another thread starts right now: a pipe
  /// does not end while anyone holds it (pipe2(2), `O_CLOEXEC`).
  package static func privatePipe() throws -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
    #if canImport(Glibc)
      return try pipe(options: .closeOnExec)
    #else
      let ends = try pipe()
      for end in [ends.readEnd, ends.writeEnd] { try end.closeOnExec() }
      return ends
    #endif
  }
}

extension Stat {
  /// Whether both are one file, under whatever names.
  func isSameFile(as other: Stat) -> Bool {
    (deviceID, inode) == (other.deviceID, other.inode)
  }
}
