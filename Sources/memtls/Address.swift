import Foundation
import MemoryTLSTransport
import SystemPackage

/// A socket address: IPv4, IPv6 or a path.
struct Address: Hashable {
  let family: Int32
  let bytes: [UInt8]

  /// The addresses of a channel that is a socket.
  static func all(of channel: Channel) throws -> [Address] {
    switch channel {
    case .tcp(let endpoint): try resolve(endpoint)
    case .tcpListen(let endpoint): try resolve(endpoint, AI_PASSIVE)
    case .unix(let path), .unixListen(let path): [try Address(path: path)]
    default: preconditionFailure("\(channel) has no address; ask for those of sockets only")
    }
  }

  /// The addresses of a host (getaddrinfo(3)), each once.
  static func resolve(_ endpoint: Channel.Endpoint, _ flags: Int32 = 0) throws -> [Address] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_NUMERICSERV | flags
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
      let address = unsafe Address(entry.pointee.ai_addr, entry.pointee.ai_addrlen)
      if !found.contains(address) { found.append(address) }
      unsafe next = entry.pointee.ai_next
    }
    return found
  }

  /// The address of a socket file (unix(7)).
  init(path: String) throws(Errno) {
    guard path.utf8.count <= Self.longestPath else { throw .fileNameTooLong }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    family = AF_UNIX
    bytes = unsafe withUnsafeBytes(of: address) { unsafe Array($0) }
  }

  /// A family and bytes as they are.
  init(family: Int32, bytes: [UInt8]) {
    self.family = family
    self.bytes = bytes
  }

  private init(_ address: UnsafePointer<sockaddr>, _ size: socklen_t) {
    family = Int32(unsafe address.pointee.sa_family)
    bytes = unsafe Array(unsafe UnsafeRawBufferPointer(start: address, count: Int(size)))
  }

  func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    unsafe bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return unsafe body(start.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
    }
  }

  /// The same host with another port; a path stays as it is.
  func withPort(_ port: UInt16) -> Address {
    guard isInternet else { return self }
    var bytes = bytes
    bytes.replaceSubrange(2..<4, with: [UInt8(port >> 8), UInt8(port & 0xFF)])
    return Address(family: family, bytes: bytes)
  }

  /// 0 for a path.
  var port: UInt16 { isInternet ? UInt16(bytes[2]) << 8 | UInt16(bytes[3]) : 0 }

  /// Whether it has a port, which stands at the same place in both families.
  var isInternet: Bool { [AF_INET, AF_INET6].contains(family) && bytes.count >= 4 }

  /// How many bytes a path may have: one less than there is room for, because a zero ends it.
  static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
}
