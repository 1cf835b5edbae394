import Foundation
import Glibc
import SystemPackage

/// A TCP socket on 127.0.0.1 whose calls block.
struct LoopbackSocket: Sendable {
  private let descriptor: FileDescriptor

  /// Listens on a port; 0 takes a free one.
  static func listen(on port: Int) throws -> LoopbackSocket {
    let made = try make()
    var yes: CInt = 1
    setsockopt(
      made.descriptor.rawValue, SOL_SOCKET, SO_REUSEADDR, &yes,
      socklen_t(MemoryLayout<CInt>.size))
    try checked(withAddress(port) { bind(made.descriptor.rawValue, $0, $1) })
    try checked(Glibc.listen(made.descriptor.rawValue, 128))
    return made
  }

  static func connect(to port: Int) throws -> LoopbackSocket {
    let made = try make()
    do {
      try checked(withAddress(port) { Glibc.connect(made.descriptor.rawValue, $0, $1) })
    } catch {
      made.close()
      throw error
    }
    return made
  }

  /// A port that nobody has.
  static func freePort() throws -> Int {
    let socket = try listen(on: 0)
    defer { socket.close() }
    return try socket.port
  }

  /// Waits until somebody listens, if on another address as well, at most 60 s, without connecting
  /// (proc(5), `/proc/net/tcp`).
  static func waitForListener(on port: Int) throws {
    let listening = String(format: ":%04X 00000000:0000 0A", port)
    let isThere = try eventually {
      try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).contains(listening)
    }
    guard isThere else { throw Errno.connectionRefused }
  }

  func accept() throws -> LoopbackSocket {
    let number = Glibc.accept(descriptor.rawValue, nil, nil)
    try Self.checked(number)
    return LoopbackSocket(descriptor: FileDescriptor(rawValue: number))
  }

  /// The port that it has.
  var port: Int {
    get throws {
      var address = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      try Self.checked(
        withUnsafeMutablePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            getsockname(descriptor.rawValue, $0, &size)
          }
        })
      return Int(UInt16(bigEndian: address.sin_port))
    }
  }

  /// Sends so many zeros, or as many as are taken.
  func send(_ count: Int) {
    let block = [UInt8](repeating: 0, count: 1 << 20)
    var left = count
    while left > 0 {
      let sent = send(block[..<min(left, block.count)])
      guard sent > 0 else { return }
      left -= sent
    }
  }

  /// Sends some of the bytes; answers how many (send(2)).
  func send(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.withUnsafeBytes {
      Glibc.send(descriptor.rawValue, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
    }
  }

  /// Receives until the end and answers how much that was.
  func receiveToEnd() -> Int {
    var block = [UInt8](repeating: 0, count: 1 << 20)
    var total = 0
    while true {
      let count = receive(into: &block)
      guard count > 0 else { return total }
      total += count
    }
  }

  /// Receives so many, or what there is before the end, and answers how much that was.
  func receive(_ count: Int) -> Int {
    var block = [UInt8](repeating: 0, count: count)
    return recv(descriptor.rawValue, &block, count, CInt(MSG_WAITALL))
  }

  /// Receives some bytes; answers how many, 0 at the end, less if it failed (recv(2)).
  func receive(into block: inout [UInt8]) -> Int {
    recv(descriptor.rawValue, &block, block.count, 0)
  }

  /// Whether there are bytes to receive, or the end, without waiting.
  var isReadable: Bool {
    var polled = pollfd(fd: descriptor.rawValue, events: CShort(POLLIN), revents: 0)
    return poll(&polled, 1, 0) == 1
  }

  func close() { try? descriptor.close() }

  /// Closes with a reset (socket(7), `SO_LINGER` of 0 seconds).
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor.rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    close()
  }

  private static func make() throws -> LoopbackSocket {
    let number = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    try checked(number)
    // Nothing is waited for any longer.
    var patience = timeval(tv_sec: 60, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(
        number, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
    return LoopbackSocket(descriptor: FileDescriptor(rawValue: number))
  }

  private static func withAddress<T>(
    _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T
  ) -> T {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func checked(_ result: CInt) throws {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }
}
