import Foundation
import MemoryTLSTransport
import SystemPackage

/// A channel that is open, and what is to be done when the connection is over.
struct OpenedChannel {
  let transport: DescriptorTransport
  var child: ChildProcess?

  /// Ends a child that nobody talks to any more.
  func abandon() { child?.terminate() }

  /// Waits for a child and says how it ended, if that was not well. One that goes on is ended.
  func finish(until deadline: ContinuousClock.Instant, interrupter: Interrupter) throws {
    guard let child else { return }
    _ = try? transport.closeSending()
    let status: Int32
    do throws(WaitFailure) {
      status = try end(of: child, until: deadline, interrupter)
    } catch {
      child.terminate()
      throw CommandFailure.failed(
        error == .interrupted ? "interrupted" : "\(child.name) does not end")
    }
    guard status == 0 else {
      throw CommandFailure.failed("\(child.name) ended with status \(status)")
    }
  }

  /// Waits for a child's end, and discards what it still writes: a full pipe would keep it for ever.
  private func end(
    of child: ChildProcess, until deadline: ContinuousClock.Instant, _ interrupter: Interrupter
  ) throws(WaitFailure) -> Int32 {
    var movement = Movement.moved(0)
    while ContinuousClock.now < deadline {
      if let status = child.ended() { return status }
      if movement != .ended { movement = discard() }
      switch movement {
      case .moved: try wait(for: .now, interrupter: interrupter)
      case .wouldBlock:
        let readiness = transport.readiness(for: .read).union(ChildProcess.nextLook)
        try wait(for: readiness, interrupter: interrupter)
      case .ended: try wait(for: ChildProcess.nextLook, interrupter: interrupter)
      }
    }
    throw .deadlineExceeded
  }

  private func discard() -> Movement {
    var movement = Movement.ended
    _ = [UInt8](capacity: 16384) { out in movement = (try? transport.read(into: &out)) ?? .ended }
    return movement
  }
}

/// Who has stdin and stdout.
enum StandardStreams {
  /// They are the plaintext.
  case taken
  /// A channel may have them.
  case free
}

extension Channel {
  /// Throws unless the descriptors it names were inherited and are nobody else's; stderr is always
  /// for talk. To be asked before memtls opens any of its own, which may take the same numbers.
  func checkDescriptors(standardStreams: StandardStreams = .taken) throws {
    if descriptors.contains(2) { throw CommandFailure.usage("\(self): stderr is for talk") }
    if standardStreams == .taken, descriptors.contains(where: { $0 < 2 }) {
      throw CommandFailure.usage("\(self): stdin and stdout are the plaintext")
    }
    for number in descriptors where fcntl(number, F_GETFD) < 0 {
      throw CommandFailure.failed("descriptor \(number) is not open")
    }
  }

  /// Connects, listens or starts what the channel names.
  func open(connectTimeout: Timeout, interrupter: Interrupter) throws -> OpenedChannel {
    switch self {
    case .tcp, .unix:
      let socket = try Socket.connect(
        to: self, until: connectTimeout.deadline, interrupter: interrupter)
      return OpenedChannel(transport: DescriptorTransport(socket))
    case .tcpListen, .unixListen:
      return OpenedChannel(transport: DescriptorTransport(try acceptOne(interrupter)))
    case .exec(let words): return try Self.start(words)
    case .system(let command): return try Self.start(["/bin/sh", "-c", "--", command])
    case .stdio:
      return OpenedChannel(
        transport: DescriptorTransport(input: .standardInput, output: .standardOutput))
    case .descriptors(let input, let output):
      let (input, output) = (FileDescriptor(rawValue: input), FileDescriptor(rawValue: output))
      for descriptor in [input, output] { try descriptor.closeOnExec() }
      return OpenedChannel(transport: DescriptorTransport(input: input, output: output))
    case .fifo, .files, .tty: throw CommandFailure.failed("\(self) is not opened yet")
    }
  }

  /// Listens, says where, and takes one connection.
  private func acceptOne(_ interrupter: Interrupter) throws -> FileDescriptor {
    let listener = try Listener(self)
    say("listening on \(listener)")
    do { return try listener.accept(interrupter: interrupter) } catch WaitFailure.interrupted {
      throw CommandFailure.failed("interrupted")
    }
  }

  private static func start(_ words: [String]) throws -> OpenedChannel {
    let child = try ChildProcess.start(words)
    return OpenedChannel(
      transport: DescriptorTransport(input: child.output, output: child.input), child: child)
  }
}
