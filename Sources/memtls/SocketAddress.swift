import Foundation
import SystemPackage

/// Numeric hosts and ports of connections (getnameinfo(3)).
enum SocketAddress {
  /// That of a socket's other end (getpeername(2)); nil for a Unix socket, and when it has gone.
  static func peers(_ socket: FileDescriptor) -> String? {
    unsafe text { unsafe getpeername(socket.rawValue, $0, $1) }
  }

  /// That of a socket itself (getsockname(2)); nil for a Unix socket.
  static func ours(_ socket: FileDescriptor) -> String? {
    unsafe text { unsafe getsockname(socket.rawValue, $0, $1) }
  }

  private static func text(
    _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> String? {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let names = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe ask(address, &size) == 0 ? name(address, size) : nil
      }
    }
    return names.map { "\(Channel.Endpoint(host: $0.host, port: $0.port))" }
  }

  private static func name(
    _ address: UnsafePointer<sockaddr>, _ size: socklen_t
  ) -> (host: String, port: UInt16)? {
    guard unsafe [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family)) else { return nil }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let result = unsafe getnameinfo(
      address, size, &host, socklen_t(host.count), &port, socklen_t(port.count),
      NI_NUMERICHOST | NI_NUMERICSERV)
    guard result == 0, let number = UInt16(text(port)) else { return nil }
    return (text(host), number)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
