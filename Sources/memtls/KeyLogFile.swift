import Synchronization
import SystemPackage

/// A key log that is appended to, by other processes too.
final class KeyLogFile: Sendable {
  private let path: String
  private let descriptor: FileDescriptor
  private let hasFailed = Atomic(false)

  /// Opens it, or makes it for its owner alone.
  init(_ path: String) throws {
    self.path = path
    do {
      descriptor = try FileDescriptor.open(
        FilePath(path), .writeOnly, options: [.append, .create, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch {
      throw CommandFailure.failed("cannot write \(path): \(error)")
    }
  }

  deinit { try? descriptor.close() }

  /// Appends lines in one call, so that those of several connections do not mix. A failure is said
  /// once and ends no connection.
  func append(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    do {
      try descriptor.writeAll(lines.map { $0 + "\n" }.joined().utf8)
    } catch {
      guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
      say("cannot write \(path): \(error)")
    }
  }
}
