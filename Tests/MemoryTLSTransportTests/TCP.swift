import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// Sockets on 127.0.0.1.
enum TCP {
  /// A socket that listens, and the port that the system chose.
  static func listen() throws -> (FileDescriptor, port: UInt16) {
    let socket = try open()
    var address = localhost(0)
    guard try call(bind, socket, &address) == 0, Glibc.listen(socket.rawValue, 1) == 0 else {
      throw Errno(rawValue: errno)
    }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutableBytes(of: &address) {
      getsockname(socket.rawValue, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self), &length)
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
    return (socket, UInt16(bigEndian: address.sin_port))
  }

  /// Takes one connection and closes the socket that listened.
  static func accept(_ listener: FileDescriptor) throws -> FileDescriptor {
    defer { try? listener.close() }
    var readiness = Readiness()
    readiness.waits = [.init(listener, CShort(POLLIN))]
    try wait(for: readiness, until: stalled)
    let socket = Glibc.accept(listener.rawValue, nil, nil)
    guard socket >= 0 else { throw Errno(rawValue: errno) }
    try FileDescriptor(rawValue: socket).closeOnExec()
    return FileDescriptor(rawValue: socket)
  }

  static func connect(to port: UInt16) throws -> FileDescriptor {
    let socket = try open()
    var address = localhost(port)
    guard try call(Glibc.connect, socket, &address) == 0 else { throw Errno(rawValue: errno) }
    return socket
  }

  private static func open() throws -> FileDescriptor {
    let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw Errno(rawValue: errno) }
    return FileDescriptor(rawValue: socket)
  }

  private static func localhost(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  private static func call(
    _ function: (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt, _ socket: FileDescriptor,
    _ address: inout sockaddr_in
  ) throws -> CInt {
    withUnsafeBytes(of: &address) {
      function(
        socket.rawValue, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t($0.count))
    }
  }
}
