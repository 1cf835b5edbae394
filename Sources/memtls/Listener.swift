import Foundation
import MemoryTLSTransport
import SystemPackage

/// What waits for connections, TCP or Unix. It closes its sockets and removes its file when it goes.
///
/// To be used by one thread at a time.
final class Listener: CustomStringConvertible {
  /// Where it listens: a host and the port that was taken, or a path.
  let description: String
  private let sockets: [FileDescriptor]
  private let file: SocketFile?
  private var turn = 0
  private var shortage: Errno?

  /// Listens on every address of a host, all with the same port, or on a path.
  ///
  /// A socket file that nobody listens on is replaced.
  ///
  /// - Throws: `CommandFailure` that names the channel.
  convenience init(_ channel: Channel) throws {
    let addresses = try Address.all(of: channel)
    do {
      switch channel {
      case .tcpListen(let endpoint): try self.init(onAllOf: addresses, host: endpoint.host)
      case .unixListen(let path): try self.init(at: path)
      default: preconditionFailure("\(channel) does not listen; ask isListener first")
      }
    } catch {
      throw CommandFailure.failed("cannot listen on \(channel): \(error)")
    }
  }

  /// Listens on the addresses that can be had, if only one; they share the port of the first.
  ///
  /// - Throws: why the last one could not be had, if none could.
  init(onAllOf addresses: [Address], host: String) throws {
    var sockets: [FileDescriptor] = []
    var port: UInt16?
    var failure: Errno?
    for address in addresses {
      do throws(Errno) {
        let socket = try Self.listen(on: address.withPort(port ?? address.port))
        sockets.append(socket)
        port = try Address(of: socket).port
      } catch {
        failure = error
      }
    }
    guard let port else { throw failure ?? .addressNotAvailable }
    if let failure, !Self.absences.contains(failure.rawValue) {
      say("not listening on every address of \(host): \(failure)")
    }
    self.sockets = sockets
    file = nil
    description = "\(Channel.Endpoint(host: host, port: port))"
  }

  /// Listens on a path.
  private init(at path: String) throws {
    let address = try Address(path: path)
    do {
      sockets = [try Self.listen(on: address)]
    } catch Errno.addressInUse {
      try SocketFile.removeStale(at: path)
      sockets = [try Self.listen(on: address)]
    }
    file = SocketFile(at: path)
    description = path
  }

  deinit {
    file?.remove()
    for socket in sockets { try? socket.close() }
  }

  /// Waits for the next connection; its socket is the caller's to close.
  ///
  /// When descriptors or memory are short, that is said once and connections wait in the backlog
  /// until there are some again: what others hold comes back when their connections end.
  ///
  /// - Throws: `WaitFailure.interrupted`, at once and before any connection that waits; or
  ///   `CommandFailure`.
  func accept(interrupter: Interrupter) throws -> FileDescriptor {
    var readiness = Readiness.now
    while true {
      try wait(for: readiness, interrupter: interrupter)
      let before = shortage
      shortage = nil
      for _ in sockets {
        // Each in its turn, so that one address with many callers does not starve another.
        turn = (turn + 1) % sockets.count
        if let connection = try take(from: sockets[turn]) { return connection }
      }
      if let shortage, shortage != before { say("new connections have to wait: \(shortage)") }
      readiness = shortage == nil ? arrivals : .soon
    }
  }

  /// A connection, if there is one and it can be had now.
  private func take(from listener: FileDescriptor) throws -> FileDescriptor? {
    do throws(Errno) {
      return try Socket.accept(from: listener)
    } catch {
      guard !Self.ends.contains(error.rawValue) else {
        throw CommandFailure.failed("cannot accept on \(self): \(error)")
      }
      if !Self.passing.contains(error.rawValue) { shortage = error }
      return nil
    }
  }

  private var arrivals: Readiness {
    var readiness = Readiness()
    readiness.waits = sockets.map { .init($0, Int16(POLLIN)) }
    return readiness
  }

  private static func listen(on address: Address) throws(Errno) -> FileDescriptor {
    let socket = try Socket.make(family: address.family)
    return try Socket.closingOnFailure(socket) { socket throws(Errno) in
      var yes: Int32 = 1
      _ = unsafe setsockopt(
        socket.rawValue, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      unsafe try Socket.checked(address.withPointer { unsafe bind(socket.rawValue, $0, $1) })
      try Socket.checked(Foundation.listen(socket.rawValue, backlog))
    }
  }

  /// What SOMAXCONN is on Linux since 5.4; the system takes less if its own limit is lower.
  private static let backlog: Int32 = 1024

  /// The machine has no such address, so nobody can call it.
  private static let absences = [EADDRNOTAVAIL, EAFNOSUPPORT]

  /// The socket itself is none any more.
  private static let ends = [EBADF, EFAULT, EINVAL, ENOTSOCK]

  /// Nothing there, or a connection that ended before it was taken, whose error accept(2) on Linux
  /// passes on.
  private static let passing = [
    EAGAIN, EINTR, ECONNABORTED, EPROTO, ENOPROTOOPT, EOPNOTSUPP, ENETDOWN, ENETUNREACH, EHOSTDOWN,
    EHOSTUNREACH,
  ]
}
