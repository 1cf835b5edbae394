import Foundation
import MemoryTLSTransport
import SystemPackage

/// TCP connections as descriptors.
enum TCP {
  /// Connects to the first of a host's addresses that answers.
  static func connect(
    to endpoint: Channel.Endpoint, until deadline: ContinuousClock.Instant, interrupter: Interrupter
  ) throws -> FileDescriptor {
    var failure = "no address"
    for address in try Address.resolve(endpoint, forListening: false) {
      let descriptor = try address.makeSocket()
      do {
        try connect(descriptor, to: address, until: deadline, interrupter: interrupter)
        return descriptor
      } catch let error as Errno {
        failure = "\(error)"
      } catch WaitFailure.deadlineExceeded {
        failure = "timed out"
      } catch {
        failure = "interrupted"
      }
      try? descriptor.close()
    }
    throw CommandFailure.failed("cannot connect to \(endpoint): \(failure)")
  }

  /// Listens, says where, and takes one connection.
  static func acceptOne(
    on endpoint: Channel.Endpoint, interrupter: Interrupter
  ) throws -> FileDescriptor {
    guard let address = try Address.resolve(endpoint, forListening: true).first else {
      throw CommandFailure.failed("cannot listen on \(endpoint): no address")
    }
    let listener = try address.makeSocket()
    defer { try? listener.close() }
    do {
      var yes: Int32 = 1
      _ = unsafe setsockopt(
        listener.rawValue, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      unsafe try checked(address.withPointer { unsafe bind(listener.rawValue, $0, $1) })
      try checked(listen(listener.rawValue, 1))
      say(
        "listening on \(endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host):\(try localPort(of: listener))"
      )
      return try accept(listener, interrupter)
    } catch let error as Errno {
      throw CommandFailure.failed("cannot listen on \(endpoint): \(error)")
    }
  }

  private static func connect(
    _ descriptor: FileDescriptor, to address: Address, until deadline: ContinuousClock.Instant,
    interrupter: Interrupter
  ) throws {
    let result = unsafe address.withPointer {
      unsafe Foundation.connect(descriptor.rawValue, $0, $1)
    }
    guard result < 0 else { return }
    guard errno == EINPROGRESS else { throw Errno(rawValue: errno) }
    try waitFor(descriptor, POLLOUT, until: deadline, interrupter)
    var status: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    try checked(
      unsafe getsockopt(descriptor.rawValue, SOL_SOCKET, SO_ERROR, &status, &size))
    guard status == 0 else { throw Errno(rawValue: status) }
  }

  private static func accept(
    _ listener: FileDescriptor, _ interrupter: Interrupter
  ) throws -> FileDescriptor {
    while true {
      let socket = Foundation.accept(listener.rawValue, nil, nil)
      if socket >= 0 {
        let descriptor = FileDescriptor(rawValue: socket)
        try Address.prepare(descriptor)
        return descriptor
      }
      guard [EAGAIN, EINTR, ECONNABORTED].contains(errno) else { throw Errno(rawValue: errno) }
      do { try waitFor(listener, POLLIN, until: nil, interrupter) } catch {
        throw CommandFailure.failed("interrupted")
      }
    }
  }

  private static func waitFor(
    _ descriptor: FileDescriptor, _ events: Int32, until deadline: ContinuousClock.Instant?,
    _ interrupter: Interrupter
  ) throws {
    var readiness = Readiness()
    readiness.waits = [.init(descriptor, Int16(events))]
    try wait(for: readiness, until: deadline, interrupter: interrupter)
  }

  /// The port that was taken for port 0.
  private static func localPort(of socket: FileDescriptor) throws -> UInt16 {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    try unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try checked(unsafe getsockname(socket.rawValue, $0, &size))
      }
    }
    // The port stands at the same place in both families.
    return unsafe withUnsafeBytes(of: storage) { bytes in
      UInt16(bigEndian: unsafe bytes.load(fromByteOffset: 2, as: UInt16.self))
    }
  }

  static func checked(_ result: Int32) throws {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }
}
