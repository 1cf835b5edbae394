import Foundation
import MemoryTLSTransport
import SystemPackage

/// A channel that is open, and what is to be done when the connection is over.
struct OpenedChannel {
  let transport: any Transport
  /// The addresses of its ends, ours first, if it is a socket that has any.
  private(set) var addresses: (ours: String, peers: String)?

  init(_ transport: any Transport) { self.transport = transport }

  /// A connected socket, which is the channel's from now on.
  init(_ socket: FileDescriptor) {
    transport = DescriptorTransport(socket)
    if let ours = SocketAddress.ours(socket), let peers = SocketAddress.peers(socket) {
      addresses = (ours, peers)
    }
  }

  /// Ends a child that nobody talks to any more.
  ///
  /// - Returns: the error; if the child had ended badly by itself, which may explain it, with that.
  func abandoned(after error: any Error) -> any Error {
    guard let child else { return error }
    let status = try? child.waitForExit(until: Timeout(0.2).deadline)
    child.terminate()
    guard let status, status != .exited(0), let failure = error as? CommandFailure,
      failure != .interrupted
    else { return error }
    return CommandFailure(
      message: "\(failure.message); \(child.name) \(status)", status: failure.status)
  }

  /// Waits for a child and says how it ended, if that was not well. One that goes on is ended.
  func finish(until deadline: ContinuousClock.Instant, interrupter: Interrupter) throws {
    guard let child else { return }
    let status: ExitStatus
    do throws(WaitFailure) {
      status = try child.waitForExit(until: deadline, interrupter: interrupter)
    } catch {
      child.terminate()
      throw error == .interrupted
        ? .interrupted : CommandFailure.failed("\(child.name) does not end")
    }
    guard status == .exited(0) else { throw CommandFailure.failed("\(child.name) \(status)") }
  }

  private var child: ChildTransport? { transport as? ChildTransport }
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
    // A child of the other side must not hold them.
    for number in descriptors where number > 2 {
      try FileDescriptor(rawValue: number).closeOnExec()
    }
  }

  /// Connects, listens or starts what the channel names. Who waits for another process to come, as
  /// a listener does, waits as long as that takes.
  func open(_ options: ConnectionOptions, _ interrupter: Interrupter) throws -> OpenedChannel {
    switch self {
    case .tcp, .unix:
      let deadline = options.connectTimeout.deadline
      return OpenedChannel(
        try Socket.connect(to: self, until: deadline, interrupter: interrupter))
    case .tcpListen, .unixListen: return OpenedChannel(try acceptOne(interrupter))
    default: return OpenedChannel(try transport(interrupter))
    }
  }

  private func transport(_ interrupter: Interrupter) throws -> any Transport {
    switch self {
    case .tcp, .unix, .tcpListen, .unixListen:
      preconditionFailure("\(self) is a socket; open it as one")
    case .exec(let words): return try child(words)
    case .system(let command): return try child(["/bin/sh", "-c", "--", command])
    case .stdio: return DescriptorTransport(input: .standardInput, output: .standardOutput)
    case .descriptors(let input, let output): return try inherited(input, output)
    case .fifo(let input, let output):
      return try explained {
        try DescriptorTransport.openFIFOs(
          input: FilePath(input), output: FilePath(output), interrupter: interrupter)
      }
    case .files(let input, let output):
      return try explained { try filePair(FilePath(input), FilePath(output), interrupter) }
    case .tty(let device, let baud):
      return try explained { try DescriptorTransport.openTerminal(FilePath(device), baud: baud) }
    }
  }

  /// Listens, says where, and takes one connection.
  private func acceptOne(_ interrupter: Interrupter) throws -> FileDescriptor {
    let listener = try Listener(self)
    say("listening on \(listener)")
    return try explained { try listener.accept(interrupter: interrupter) }
  }

  private func child(_ words: [String]) throws -> ChildTransport {
    do throws(Errno) { return try ChildTransport(words) } catch {
      throw CommandFailure.failed("cannot run \(words[0]): \(error)")
    }
  }

  private func inherited(_ input: Int32, _ output: Int32) throws -> DescriptorTransport {
    let (input, output) = (FileDescriptor(rawValue: input), FileDescriptor(rawValue: output))
    return DescriptorTransport(input: input, output: output)
  }

  /// Waits until the other side has made its file, so that no deadline counts before that.
  private func filePair(
    _ input: FilePath, _ output: FilePath, _ interrupter: Interrupter
  ) throws -> FilePairTransport {
    let pair = try FilePairTransport(input: input, output: output)
    while try !pair.peerIsThere() { try wait(for: .soon, interrupter: interrupter) }
    return pair
  }

  /// Runs a call; what goes wrong becomes the command's failure.
  private func explained<T>(_ call: () throws -> T) throws -> T {
    do { return try call() } catch WaitFailure.interrupted {
      throw CommandFailure.interrupted
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure.failed("\(error)")
    }
  }
}
