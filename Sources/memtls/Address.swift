import Foundation
import MemoryTLSTransport
import SystemPackage

/// A socket address of either family.
struct Address {
  let family: Int32
  let bytes: [UInt8]

  /// The addresses of a host (getaddrinfo(3)).
  static func resolve(_ endpoint: Channel.Endpoint, forListening: Bool) throws -> [Address] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | (forListening ? AI_PASSIVE : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(endpoint.host, "\(endpoint.port)", &hints, &list)
    guard status == 0 else {
      throw CommandFailure.failed(
        "cannot find \(endpoint.host): \(unsafe String(cString: gai_strerror(status)))")
    }
    defer { unsafe freeaddrinfo(list) }
    var found: [Address] = []
    var next = unsafe list
    while let entry = unsafe next {
      let info = unsafe entry.pointee
      unsafe found.append(
        Address(
          family: info.ai_family,
          bytes: Array(UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen)))))
      unsafe next = info.ai_next
    }
    return found
  }

  func makeSocket() throws -> FileDescriptor {
    let number = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    try TCP.checked(number)
    return try TCP.closingOnFailure(FileDescriptor(rawValue: number), Self.prepare)
  }

  /// No waiting in any call, nothing inherited by children, small records sent at once.
  static func prepare(_ descriptor: FileDescriptor) throws {
    try descriptor.makeNonBlocking()
    try descriptor.closeOnExec()
    var yes: Int32 = 1
    _ = unsafe setsockopt(
      descriptor.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
      socklen_t(MemoryLayout<Int32>.size))
  }

  func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
    }
  }

  /// How many bytes a path may have: one less than there is room for, because a zero ends it.
  static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
}
