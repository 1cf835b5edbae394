import Foundation
import MemoryTLSTransport
import SystemPackage

/// A channel that is open, and what is to be done when the connection is over.
struct OpenedChannel {
  let transport: DescriptorTransport
  var child: ChildProcess?

  /// Ends a child that nobody talks to any more.
  func abandon() { child?.terminate() }

  /// Waits for a child and says how it ended, if that was not well.
  func finish() throws {
    guard let child else { return }
    _ = try? transport.closeSending()
    let status = child.wait()
    guard status == 0 else {
      throw CommandFailure.failed("\(child.name) ended with status \(status)")
    }
  }
}

extension Channel {
  /// Connects, listens or starts what the channel names.
  func open(connectTimeout: Timeout, interrupter: Interrupter) throws -> OpenedChannel {
    switch self {
    case .tcp(let endpoint):
      let socket = try TCP.connect(
        to: endpoint, until: connectTimeout.deadline, interrupter: interrupter)
      return OpenedChannel(transport: DescriptorTransport(socket))
    case .tcpListen(let endpoint):
      let socket = try TCP.acceptOne(on: endpoint, interrupter: interrupter)
      return OpenedChannel(transport: DescriptorTransport(socket))
    case .exec(let words):
      let child = try ChildProcess.start(words)
      return OpenedChannel(
        transport: DescriptorTransport(input: child.output, output: child.input), child: child)
    case .descriptors(let input, let output):
      guard Set([input, output]).isDisjoint(with: [0, 1]) else {
        throw CommandFailure.usage("fd:0 and fd:1 are stdin and stdout, which are the plaintext")
      }
      for number in [input, output] where fcntl(number, F_GETFD) < 0 {
        throw CommandFailure.failed("descriptor \(number) is not open")
      }
      return OpenedChannel(
        transport: DescriptorTransport(
          input: FileDescriptor(rawValue: input), output: FileDescriptor(rawValue: output)))
    }
  }
}
