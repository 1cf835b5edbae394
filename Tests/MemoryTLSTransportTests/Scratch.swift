import Foundation
import Glibc
import SystemPackage
import Testing

/// A directory that goes with its last user.
final class Scratch: Sendable {
  let directory: FilePath

  init() throws {
    directory = FilePath(NSTemporaryDirectory()).appending("memtls-" + UUID().uuidString)
    try FileManager.default.createDirectory(
      atPath: directory.string, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: directory.string) }

  func path(_ name: String) -> FilePath { directory.appending(name) }

  /// Makes a FIFO.
  func fifo(_ name: String) throws -> FilePath {
    guard mkfifo(path(name).string, 0o600) == 0 else { throw Errno(rawValue: errno) }
    return path(name)
  }

  /// Makes a regular file, or adds to it.
  @discardableResult
  func append(_ bytes: [UInt8], to name: String) throws -> FilePath {
    let file = try FileDescriptor.open(
      path(name), .writeOnly, options: [.create, .append, .closeOnExec],
      permissions: .ownerReadWrite)
    defer { try? file.close() }
    try file.writeAll(bytes)
    return path(name)
  }

  /// Makes a Unix socket that listens no more.
  func socket(_ name: String) throws -> FilePath {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path(name).string.utf8) }
    let new = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(new) }
    let result = withUnsafeBytes(of: &address) {
      bind(
        new, $0.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(MemoryLayout<sockaddr_un>.size))
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
    return path(name)
  }

  /// Those of its files that this process has open.
  var openPaths: [FilePath] {
    OpenFiles.all().map { FilePath($0) }.filter { $0.starts(with: directory) }
  }
}

/// What a process has open (proc(5)): paths, and names such as `pipe:[4711]`.
enum OpenFiles {
  static func all(of process: Int32 = getpid()) -> [String] {
    let numbers = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd")
    return (numbers ?? []).compactMap { name(of: CInt($0) ?? -1, in: process) }
  }

  /// The file behind a number; nil if it is not open.
  static func name(of number: CInt, in process: Int32 = getpid()) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/fd/\(number)")
  }
}

/// Waits for what another thread or process does, looking often, and not for ever.
func eventually(
  _ what: String, at location: SourceLocation = #_sourceLocation, _ condition: () throws -> Bool
) rethrows {
  for _ in 0..<10_000_000 {
    if try condition() { return }
    sched_yield()
  }
  Issue.record("never: \(what)", sourceLocation: location)
}
