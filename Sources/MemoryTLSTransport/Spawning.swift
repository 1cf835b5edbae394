internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// Starts a program with these two descriptors as its stdin and stdout.
func spawn(
  _ command: [String], input: FileDescriptor, output: FileDescriptor
) throws(Errno) -> pid_t {
  var actions = unsafe posix_spawn_file_actions_t()
  unsafe posix_spawn_file_actions_init(&actions)
  defer { unsafe posix_spawn_file_actions_destroy(&actions) }
  unsafe posix_spawn_file_actions_adddup2(&actions, input.rawValue, 0)
  unsafe posix_spawn_file_actions_adddup2(&actions, output.rawValue, 1)
  var attributes = posix_spawnattr_t()
  unsafe prepare(&attributes)
  defer { unsafe posix_spawnattr_destroy(&attributes) }
  var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
  defer { unsafe arguments.forEach { unsafe free($0) } }
  var process: pid_t = 0
  let failure = unsafe posix_spawnp(
    &process, command[0], &actions, &attributes, &arguments, environ)
  guard failure == 0 else { throw Errno(rawValue: failure) }
  return process
}

/// Signals that are ignored here would stay ignored over exec(3).
private func prepare(_ attributes: UnsafeMutablePointer<posix_spawnattr_t>) {
  var all = sigset_t()
  var none = sigset_t()
  unsafe sigfillset(&all)
  unsafe sigemptyset(&none)
  unsafe posix_spawnattr_init(attributes)
  unsafe posix_spawnattr_setflags(
    attributes, CShort(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
  unsafe posix_spawnattr_setsigdefault(attributes, &all)
  unsafe posix_spawnattr_setsigmask(attributes, &none)
}

/// The two ends of a pipe.
struct DescriptorPair {
  let read: FileDescriptor
  let write: FileDescriptor

  /// A pipe that no other child inherits.
  static func pipe() throws(Errno) -> DescriptorPair {
    do {
      let ends = try FileDescriptor.privatePipe()
      return DescriptorPair(read: ends.readEnd, write: ends.writeEnd)
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  func close() {
    try? read.close()
    try? write.close()
  }
}
