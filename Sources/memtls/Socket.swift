import Foundation
import MemoryTLSTransport
import SystemPackage

/// Stream sockets as descriptors, TCP or Unix: none blocks in any call, none is inherited by children.
enum Socket {
  /// Connects to the channel's host or file.
  static func connect(
    to channel: Channel, until deadline: ContinuousClock.Instant, interrupter: Interrupter
  ) throws -> FileDescriptor {
    let addresses = try Address.all(of: channel)
    do {
      return try connect(toOneOf: addresses, until: deadline, interrupter: interrupter)
    } catch WaitFailure.interrupted {
      throw CommandFailure.interrupted
    } catch {
      throw CommandFailure.failed("cannot connect to \(channel): \(reason(error))")
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

  /// When the first of so many has used up its share of the time.
  static func share(
    from now: ContinuousClock.Instant = .now, until deadline: ContinuousClock.Instant,
    among count: Int
  ) -> ContinuousClock.Instant { now + now.duration(to: deadline) / count }

  static func checked(_ result: Int32) throws(Errno) {
    guard result >= 0 else { throw Errno(rawValue: errno) }
  }

  /// The descriptor once something was done with it, which closes it if it fails.
  static func closingOnFailure<Failure: Error>(
    _ descriptor: FileDescriptor, _ body: (FileDescriptor) throws(Failure) -> Void
  ) throws(Failure) -> FileDescriptor {
    do throws(Failure) { try body(descriptor) } catch {
      try? descriptor.close()
      throw error
    }
    return descriptor
  }

  private static func connect(
    to address: Address, until deadline: ContinuousClock.Instant, interrupter: Interrupter
  ) throws -> FileDescriptor {
    try closingOnFailure(make(family: address.family)) { socket in
      while true {
        let result = unsafe address.withPointer {
          unsafe Foundation.connect(socket.rawValue, $0, $1)
        }
        guard result < 0 else { return }
        switch errno {
        case EINPROGRESS, EINTR:
          return try settle(socket, until: deadline, interrupter)
        case EAGAIN where address.family == AF_UNIX:
          try wait(for: .soon, until: deadline, interrupter: interrupter)
        case let number: throw Errno(rawValue: number)
        }
      }
    }
  }

  /// Waits until a connection that was begun is there.
  private static func settle(
    _ socket: FileDescriptor, until deadline: ContinuousClock.Instant, _ interrupter: Interrupter
  ) throws {
    var readiness = Readiness()
    readiness.waits = [.init(socket, Int16(POLLOUT))]
    try wait(for: readiness, until: deadline, interrupter: interrupter)
    var status: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    try checked(unsafe getsockopt(socket.rawValue, SOL_SOCKET, SO_ERROR, &status, &size))
    guard status == 0 else { throw Errno(rawValue: status) }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case WaitFailure.deadlineExceeded: "timed out"
    case WaitFailure.interrupted: "interrupted"
    default: "\(error)"
    }
  }
}

extension Address {
  /// The address that a socket has (getsockname(2)), with the port that was taken for port 0.
  init(of socket: FileDescriptor) throws(Errno) {
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(socket.rawValue, $0, &size)
      }
    }
    try Socket.checked(result)
    let bytes = unsafe withUnsafeBytes(of: storage) { unsafe Array($0.prefix(Int(size))) }
    self.init(family: Int32(storage.ss_family), bytes: bytes)
  }
}

extension Readiness {
  /// In a moment, for what no descriptor tells.
  static var soon: Readiness {
    var readiness = Readiness()
    readiness.time = .now + .milliseconds(10)
    return readiness
  }
}
