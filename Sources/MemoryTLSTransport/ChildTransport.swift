public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// The stdin and stdout of a child process; its stderr is ours.
///
/// When it goes, the child is ended and its exit status collected: no zombie stays. Ask for the status
/// first with ``waitForExit(until:interrupter:)``.
public final class ChildTransport: Transport {
  /// The first word of the command.
  public let name: String
  /// Its process.
  public let processID: Int32
  private let pipes: DescriptorTransport
  private var status: ExitStatus?

  /// Starts a program that is found through PATH; no shell is run. Signals and their mask are the
  /// system's defaults again in the child. It belongs to our process group: what a terminal sends to
  /// that, such as SIGINT for Ctrl-C, reaches it as well.
  ///
  /// - Parameter command: The program and its arguments.
  /// - Throws: why it cannot be run (posix_spawnp(3)).
  public init(_ command: [String]) throws(Errno) {
    guard let name = command.first else { throw .invalidArgument }
    self.name = name
    let toChild = try DescriptorPair.pipe()
    let fromChild: DescriptorPair
    do throws(Errno) { fromChild = try .pipe() } catch {
      toChild.close()
      throw error
    }
    defer { for end in [toChild.read, fromChild.write] { try? end.close() } }
    // The transport would get on without; it is the faster for it.
    for end in [fromChild.read, toChild.write] { try? end.makeNonBlocking() }
    // Owned from here on, also if the child cannot be started.
    pipes = DescriptorTransport(input: fromChild.read, output: toChild.write)
    processID = try spawn(command, input: toChild.read, output: fromChild.write)
  }

  deinit { terminate() }

  /// Reads the child's stdout.
  public func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    try pipes.read(into: &out)
  }

  /// Writes to the child's stdin.
  public func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement { try pipes.write(bytes) }

  /// Ends the child's stdin.
  public func closeSending() throws(Errno) -> Movement { try pipes.closeSending() }

  /// What its pipes have to be waited for.
  public func readiness(for interest: Interest) -> Readiness { pipes.readiness(for: interest) }
}

/// How a child ended (waitpid(2)).
public enum ExitStatus: Sendable, Hashable, CustomStringConvertible {
  /// By itself, with this status.
  case exited(Int32)
  /// By this signal.
  case signaled(Int32)
  /// Nobody knows any more: somebody else waited for it, or SIGCHLD is ignored.
  case unknown

  /// In words.
  public var description: String {
    switch self {
    case .exited(let status): "ended with status \(status)"
    case .signaled(let signal): "was ended by signal \(signal)"
    case .unknown: "ended, and somebody else has its status"
    }
  }
}

// MARK: - Its end

extension ChildTransport {
  /// How it ended; nil while it runs (waitpid(2), `WNOHANG`).
  public var exitStatus: ExitStatus? {
    if let status { return status }
    var word: CInt = 0
    let answer = unsafe waitpid(processID, &word, WNOHANG)
    if answer == processID {
      status = ExitStatus(word)
    } else if answer < 0, errno == ECHILD {
      status = .unknown
    }
    return status
  }

  /// Ends its stdin and waits for its end. What it still writes is discarded, because a full pipe would
  /// keep it for ever.
  ///
  /// - Throws: why waiting ended before the child did; it goes on then.
  public func waitForExit(
    until deadline: ContinuousClock.Instant? = nil, interrupter: Interrupter? = nil
  ) throws(WaitFailure) -> ExitStatus {
    _ = try? closeSending()
    var movement = Movement.moved(0)
    while true {
      if let exitStatus { return exitStatus }
      if movement != .ended { movement = discard() }
      var readiness = Self.nextLook
      switch movement {
      case .moved: readiness.isReady = true
      case .wouldBlock: readiness = readiness.union(self.readiness(for: .read))
      case .ended: break
      }
      if let deadline, ContinuousClock.now >= deadline { throw .deadlineExceeded }
      try wait(for: readiness, interrupter: interrupter)
    }
  }

  /// Asks it to end (SIGTERM), and kills it (SIGKILL) if it has not after a second.
  public func terminate() {
    guard exitStatus == nil else { return }
    kill(processID, SIGTERM)
    let patience = ContinuousClock.now + .seconds(1)
    while ContinuousClock.now < patience {
      if exitStatus != nil { return }
      try? wait(for: Self.nextLook)
    }
    kill(processID, SIGKILL)
    var word: CInt = 0
    while unsafe waitpid(processID, &word, 0) < 0, errno == EINTR {}
    status = ExitStatus(word)
  }

  /// When to ask again whether it has ended.
  private static var nextLook: Readiness {
    var readiness = Readiness()
    readiness.time = .now + .milliseconds(10)
    return readiness
  }

  private func discard() -> Movement {
    var movement = Movement.ended
    _ = [UInt8](capacity: 16384) { out in movement = (try? read(into: &out)) ?? .ended }
    return movement
  }
}

extension ExitStatus {
  /// From the word that waitpid(2) fills in.
  fileprivate init(_ word: CInt) {
    let signal = word & 0x7F
    self = signal == 0 ? .exited((word >> 8) & 0xFF) : .signaled(signal)
  }
}
