import Foundation
import MemoryTLS
import MemoryTLSTransport
import Synchronization
import SystemPackage

/// Serves the connections of a listener: a thread each, so that none can hold up another.
final class Service: Sendable {
  /// How many may run at once; others wait in the backlog.
  private let limit: Int
  private let interrupter: Interrupter
  private let counts = Mutex(Counts())
  private let threads = Mutex(Threads())
  /// Raised whenever a connection has ended.
  private let ended: Interrupter

  /// What became of the connections.
  struct Counts {
    var started = 0
    var running = 0
    var failed = 0
    var interrupted = 0
  }

  /// By their connections' numbers, until they are joined: a process must not exit while one of them
  /// still uses OpenSSL, if only to clear up.
  private struct Threads {
    var all: [Int: OwnThread] = [:]
    var over: [Int] = []
  }

  init(limit: Int, interrupter: Interrupter) throws {
    self.limit = limit
    self.interrupter = interrupter
    ended = try Interrupter()
  }

  var current: Counts { counts.withLock { $0 } }

  /// Accepts until it is interrupted. `serve` runs one connection, given its number and its socket,
  /// which is its own.
  func accept(
    from listener: Listener, serve: @escaping @Sendable (Int, FileDescriptor) throws -> Void
  ) throws {
    while true {
      do {
        joinThreads()
        waitUntil(until: nil, interrupter) { $0.running < limit }
        start(try listener.accept(interrupter: interrupter), serve)
      } catch WaitFailure.interrupted {
        return
      }
    }
  }

  /// Waits for the connections to say goodbye.
  func finish() { waitUntil(until: Timeout(15).deadline, nil) { _ in joinThreads() } }

  private func start(
    _ socket: FileDescriptor, _ serve: @escaping @Sendable (Int, FileDescriptor) throws -> Void
  ) {
    let number = counts.withLock { counts in
      counts.started += 1
      counts.running += 1
      return counts.started
    }
    let peer = SocketAddress.peers(socket).map { " (\($0))" } ?? ""
    do throws(Errno) {
      let thread = try OwnThread {
        self.run(number, peer) { try serve(number, socket) }
        self.threads.withLock { $0.over.append(number) }
        self.ended.interrupt()
      }
      threads.withLock { $0.all[number] = thread }
    } catch {
      try? socket.close()
      say("#\(number): no thread for it: \(error)\(peer)")
      count { $0.failed += 1 }
    }
  }

  private func run(_ number: Int, _ peer: String, _ serve: () throws -> Void) {
    do {
      try serve()
      count { _ in }
    } catch let failure as CommandFailure where failure == .interrupted {
      count { $0.interrupted += 1 }
    } catch {
      say("#\(number): \((error as? CommandFailure)?.message ?? "\(error)")\(peer)")
      count { $0.failed += 1 }
    }
  }

  private func count(_ end: (inout Counts) -> Void) {
    counts.withLock { counts in
      counts.running -= 1
      end(&counts)
    }
  }

  /// Joins the threads that are over; answers whether none is left.
  @discardableResult
  private func joinThreads() -> Bool {
    let (over, isLast) = threads.withLock { threads in
      let over = threads.over.compactMap { threads.all.removeValue(forKey: $0) }
      threads.over = []
      return (over, threads.all.isEmpty)
    }
    for thread in over { thread.join() }
    return isLast
  }

  /// Waits until something is true of the counts, or for the deadline or the interrupter.
  private func waitUntil(
    until deadline: ContinuousClock.Instant?, _ interrupter: Interrupter?,
    _ condition: (Counts) -> Bool
  ) {
    while true {
      ended.reset()
      guard !condition(current),
        (try? wait(for: ended.readiness, until: deadline, interrupter: interrupter)) != nil
      else { return }
    }
  }
}
