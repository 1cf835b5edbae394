import Foundation
import MemoryTLSTransport
import SystemPackage

/// TCP connections as descriptors.
enum TCP {
  /// Connects to a host.
  static func connect(
    to endpoint: Channel.Endpoint, until deadline: ContinuousClock.Instant, interrupter: Interrupter
  ) throws -> FileDescriptor {
    let addresses = try Address.resolve(endpoint, forListening: false)
    do {
      return try connect(toOneOf: addresses, until: deadline, interrupter: interrupter)
    } catch {
      throw CommandFailure.failed("cannot connect to \(endpoint): \(reason(error))")
    }
  }

  /// Listens, says where, and takes one connection.
  static func acceptOne(
    on endpoint: Channel.Endpoint, interrupter: Interrupter
  ) throws -> FileDescriptor {
    let addresses = try Address.resolve(endpoint, forListening: true)
    do {
      let listener = try listen(onOneOf: addresses)
      defer { try? listener.close() }
      let taken = Channel.Endpoint(host: endpoint.host, port: try localPort(of: listener))
      say("listening on \(taken)")
      return try accept(listener, interrupter)
    } catch WaitFailure.interrupted {
      throw CommandFailure.failed("interrupted")
    } catch {
      throw CommandFailure.failed("cannot listen on \(endpoint): \(reason(error))")
    }
  }

  /// Connects to the first address that answers; each has an even share of the time that is left.
  ///
  /// - Throws: `WaitFailure.interrupted`, or why the last one did not answer.
  static func connect(
    toOneOf addresses: [Address], until deadline: ContinuousClock.Instant, interrupter: Interrupter
  ) throws -> FileDescriptor {
    var failure: any Error = Errno.addressNotAvailable
    for (index, address) in addresses.enumerated() {
      try wait(for: .now, interrupter: interrupter)
      let share = share(until: deadline, among: addresses.count - index)
      do {
        return try connect(to: address, until: share, interrupter: interrupter)
      } catch WaitFailure.interrupted {
        throw WaitFailure.interrupted
      } catch {
        failure = error
      }
    }
    throw failure
  }

  /// Listens on the first address that can be had; throws why the last one could not.
  static func listen(onOneOf addresses: [Address]) throws -> FileDescriptor {
    var failure: any Error = Errno.addressNotAvailable
    for address in addresses {
      do { return try listen(on: address) } catch { failure = error }
    }
    throw failure
  }

  /// When the first of so many has used up its share of the time.
  static func share(
    from now: ContinuousClock.Instant = .now, until deadline: ContinuousClock.Instant,
    among count: Int
  ) -> ContinuousClock.Instant { now + now.duration(to: deadline) / count }

  /// The port that was taken for port 0.
  static func localPort(of socket: FileDescriptor) throws -> UInt16 {
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

  /// The descriptor once something was done with it, which closes it if it fails.
  static func closingOnFailure(
    _ descriptor: FileDescriptor, _ body: (FileDescriptor) throws -> Void
  ) throws -> FileDescriptor {
    do { try body(descriptor) } catch {
      try? descriptor.close()
      throw error
    }
    return descriptor
  }

  private static func connect(
    to address: Address, until deadline: ContinuousClock.Instant, interrupter: Interrupter
  ) throws -> FileDescriptor {
    try closingOnFailure(address.makeSocket()) { socket in
      let result = unsafe address.withPointer {
        unsafe Foundation.connect(socket.rawValue, $0, $1)
      }
      guard result < 0 else { return }
      guard errno == EINPROGRESS else { throw Errno(rawValue: errno) }
      try waitFor(socket, POLLOUT, until: deadline, interrupter)
      var status: Int32 = 0
      var size = socklen_t(MemoryLayout<Int32>.size)
      try checked(unsafe getsockopt(socket.rawValue, SOL_SOCKET, SO_ERROR, &status, &size))
      guard status == 0 else { throw Errno(rawValue: status) }
    }
  }

  private static func listen(on address: Address) throws -> FileDescriptor {
    try closingOnFailure(address.makeSocket()) { socket in
      var yes: Int32 = 1
      _ = unsafe setsockopt(
        socket.rawValue, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      unsafe try checked(address.withPointer { unsafe bind(socket.rawValue, $0, $1) })
      try checked(Foundation.listen(socket.rawValue, 1))
    }
  }

  private static func accept(
    _ listener: FileDescriptor, _ interrupter: Interrupter
  ) throws -> FileDescriptor {
    while true {
      let number = Foundation.accept(listener.rawValue, nil, nil)
      if number >= 0 {
        return try closingOnFailure(FileDescriptor(rawValue: number), Address.prepare)
      }
      guard [EAGAIN, EINTR, ECONNABORTED].contains(errno) else { throw Errno(rawValue: errno) }
      try waitFor(listener, POLLIN, until: nil, interrupter)
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

  private static func reason(_ error: any Error) -> String {
    switch error {
    case WaitFailure.deadlineExceeded: "timed out"
    case WaitFailure.interrupted: "interrupted"
    default: "\(error)"
    }
  }
}
