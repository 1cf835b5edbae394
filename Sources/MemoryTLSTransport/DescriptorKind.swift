internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a descriptor is, which decides how it is kept from blocking.
enum DescriptorKind {
  case socket
  case terminal
  case pipe
  case file
  case other

  init(of descriptor: FileDescriptor) {
    var status = stat()
    let type = unsafe fstat(descriptor.rawValue, &status) == 0 ? status.st_mode & S_IFMT : 0
    switch type {
    case S_IFSOCK: self = .socket
    case S_IFIFO: self = .pipe
    case S_IFREG: self = .file
    default: self = isatty(descriptor.rawValue) == 1 ? .terminal : .other
    }
  }

  /// read(2) that does not block: -1 with EAGAIN if nothing is there.
  ///
  /// A FIFO that nobody has opened for writing yet would read as ended; poll(2) tells the two apart.
  func read(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    retrying {
      if self == .socket {
        return unsafe recv(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_DONTWAIT))
      }
      guard self == .file || isReady(descriptor, POLLIN) else { return blocked() }
      return unsafe systemRead(descriptor, buffer)
    }
  }

  /// write(2) that does not block and raises no SIGPIPE: -1 with EAGAIN if there is no room.
  func write(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    retrying {
      if self == .socket {
        let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
        return unsafe send(descriptor, bytes.baseAddress, bytes.count, flags)
      }
      if self == .file { return unsafe systemWrite(descriptor, bytes) }
      var count = bytes.count
      if fcntl(descriptor, F_GETFL) & O_NONBLOCK == 0 {
        guard isReady(descriptor, POLLOUT) else { return blocked() }
        count = min(count, roomWhenWritable(descriptor))
      }
      return withoutSIGPIPE {
        unsafe systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      }
    }
  }

  /// What surely goes without blocking once poll(2) says that something does.
  ///
  /// For a pipe that is `PIPE_BUF` (pipe(7)). A terminal says so with any room at all; its driver
  /// takes a raw write in one piece, but output processing asks for room again for every byte.
  private func roomWhenWritable(_ descriptor: CInt) -> Int {
    guard self == .terminal else { return Int(PIPE_BUF) }
    var settings = termios()
    guard unsafe tcgetattr(descriptor, &settings) == 0 else { return 1 }
    return settings.c_oflag & tcflag_t(OPOST) == 0 ? 64 : 1
  }

  /// A pipe's open file with `O_NONBLOCK`, which nobody else shares; nil if it has that already, or if
  /// the system does not give one (proc(5)).
  func reopenedWithoutBlocking(_ descriptor: FileDescriptor) -> FileDescriptor? {
    guard self == .pipe, fcntl(descriptor.rawValue, F_GETFL) & O_NONBLOCK == 0 else { return nil }
    return try? .opening(FilePath("/proc/self/fd/\(descriptor.rawValue)"), .writeOnly, .nonBlocking)
  }

  private func isReady(_ descriptor: CInt, _ events: CInt) -> Bool {
    var polled = pollfd(fd: descriptor, events: CShort(events), revents: 0)
    return unsafe poll(&polled, 1, 0) == 1
  }

  private func blocked() -> Int {
    errno = EAGAIN
    return -1
  }
}

/// Runs a call with SIGPIPE held back on this thread, and takes back the one that it raised.
///
/// Ignoring the signal would change the whole process; send(2)'s `MSG_NOSIGNAL` is for sockets only.
private func withoutSIGPIPE(_ call: () -> Int) -> Int {
  var signals = sigset_t()
  var before = sigset_t()
  var pending = sigset_t()
  unsafe sigemptyset(&signals)
  unsafe sigaddset(&signals, SIGPIPE)
  unsafe pthread_sigmask(SIG_BLOCK, &signals, &before)
  unsafe sigpending(&pending)
  let wasPending = unsafe sigismember(&pending, SIGPIPE) == 1
  let result = call()
  let failure = errno
  if result < 0, failure == EPIPE, !wasPending { unsafe takeSignal(&signals) }
  unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
  errno = failure
  return result
}

/// Takes a pending signal of the set.
private func takeSignal(_ signals: UnsafePointer<sigset_t>) {
  #if canImport(Glibc)
    var now = timespec()
    while unsafe sigtimedwait(signals, nil, &now) < 0, errno == EINTR {}
  #else
    var taken: CInt = 0
    _ = unsafe sigwait(signals, &taken)
  #endif
}
