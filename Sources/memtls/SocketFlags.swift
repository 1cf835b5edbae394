import Foundation
import MemoryTLSTransport
import SystemPackage

// A socket that a child inherits does not end when memtls closes it, and a child may start at any
// moment on another thread. So where the system can, the call that makes a socket sets its flags.

extension Socket {
  /// A socket for addresses of a family (socket(2)).
  static func make(
    family: Int32, type: Int32 = Int32(SOCK_STREAM.rawValue)
  ) throws(Errno) -> FileDescriptor {
    try prepared(socket(family, type | flags, 0))
  }

  /// The next connection of a listening socket (accept4(2)); `Errno.wouldBlock` if there is none.
  static func accept(from listener: FileDescriptor) throws(Errno) -> FileDescriptor {
    if let accept4 = unsafe accept4 {
      return try prepared(accept4(listener.rawValue, nil, nil, flags))
    }
    return try prepared(Foundation.accept(listener.rawValue, nil, nil))
  }

  private static func prepared(_ number: Int32) throws(Errno) -> FileDescriptor {
    try checked(number)
    return try closingOnFailure(FileDescriptor(rawValue: number)) { socket throws(Errno) in
      try socket.closeOnExec()
      try socket.makeNonBlocking()
      // Small records are not held back. Other sockets than TCP's refuse the option and need none.
      var yes: Int32 = 1
      _ = unsafe setsockopt(
        socket.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
        socklen_t(MemoryLayout<Int32>.size))
    }
  }

  private typealias Accept4 =
    @convention(c) (
      Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?, Int32
    ) -> Int32

  #if canImport(Glibc)
    private static let flags = Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)

    /// Looked up by its name, because Swift's Glibc module shows no GNU extensions. Nil in a program
    /// that is linked statically as a whole.
    private static let accept4 = unsafe dlsym(nil, "accept4").map {
      unsafe unsafeBitCast($0, to: Accept4.self)
    }
  #else
    private static let flags: Int32 = 0
    private static let accept4: Accept4? = nil
  #endif
}
