import Foundation
import MemoryTLSTransport
import SystemPackage

/// A child whose stdin and stdout are pipes of ours; its stderr is left alone.
struct ChildProcess {
  let name: String
  /// Our end of its stdin.
  let input: FileDescriptor
  /// Our end of its stdout.
  let output: FileDescriptor
  private let identifier: pid_t

  /// Starts a program found through PATH; no shell is run.
  static func start(_ words: [String]) throws -> ChildProcess {
    let (toChild, fromChild) = try makePipes()
    let ours = [toChild.writeEnd, fromChild.readEnd]
    let theirs = [toChild.readEnd, fromChild.writeEnd]
    defer { for end in theirs { try? end.close() } }
    do {
      for end in ours { try end.makeNonBlocking() }
      let identifier = try spawn(words, input: toChild.readEnd, output: fromChild.writeEnd)
      return ChildProcess(name: words[0], input: ours[0], output: ours[1], identifier: identifier)
    } catch {
      for end in ours { try? end.close() }
      throw CommandFailure.failed("cannot run \(words[0]): \(error)")
    }
  }

  /// Asks it to end (SIGTERM), and kills it (SIGKILL) if it has not after a second.
  func terminate() {
    kill(identifier, SIGTERM)
    let patience = Timeout(1).deadline
    while ContinuousClock.now < patience {
      if ended() != nil { return }
      try? wait(for: Self.nextLook)
    }
    kill(identifier, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
  }

  /// Whether it has ended (waitpid(2)), and how: the exit status, or 128 and the signal that ended
  /// it. The system tells it once only.
  func ended() -> Int32? {
    var status: Int32 = 0
    guard unsafe waitpid(identifier, &status, WNOHANG) == identifier else { return nil }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// When to ask again whether it has ended.
  static var nextLook: Readiness {
    var readiness = Readiness()
    readiness.time = .now + .milliseconds(10)
    return readiness
  }

  /// Two pipes, or none.
  private static func makePipes() throws -> (Pipe, Pipe) {
    let first = try FileDescriptor.privatePipe()
    do { return (first, try FileDescriptor.privatePipe()) } catch {
      for end in [first.readEnd, first.writeEnd] { try? end.close() }
      throw error
    }
  }

  private typealias Pipe = (readEnd: FileDescriptor, writeEnd: FileDescriptor)

  private static func spawn(
    _ words: [String], input: FileDescriptor, output: FileDescriptor
  ) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
    var arguments = unsafe words.map { unsafe strdup($0) } + [nil]
    defer { unsafe arguments.forEach { unsafe free($0) } }
    var identifier: pid_t = 0
    var attributes = posix_spawnattr_t()
    unsafe prepare(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    let failure = unsafe posix_spawnp(
      &identifier, words[0], &actions, &attributes, &arguments, environ)
    guard failure == 0 else { throw Errno(rawValue: failure) }
    return identifier
  }

  /// Signals that are ignored here stay ignored over exec(3); the child starts with the defaults.
  private static func prepare(_ attributes: UnsafeMutablePointer<posix_spawnattr_t>) {
    var all = sigset_t()
    var none = sigset_t()
    unsafe sigfillset(&all)
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_init(attributes)
    unsafe posix_spawnattr_setflags(
      attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    unsafe posix_spawnattr_setsigdefault(attributes, &all)
    unsafe posix_spawnattr_setsigmask(attributes, &none)
  }
}
