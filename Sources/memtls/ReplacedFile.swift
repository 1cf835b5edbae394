import Foundation
import SystemPackage

/// A file that is replaced as a whole: who reads it sees the old text or the new.
enum ReplacedFile {
  /// Throws if nothing can be written there, as far as that can be told.
  static func check(_ path: String) throws {
    let directory = FilePath(path).removingLastComponent()
    let place = directory.isEmpty ? "." : directory.string
    guard unsafe access(place, W_OK | X_OK) == 0 else {
      throw CommandFailure.failed("cannot write \(path): \(Errno(rawValue: errno))")
    }
  }

  /// Writes a file beside it, for its owner alone, and gives that its name (rename(2)).
  static func write(_ text: String, to path: String) throws {
    let other = "\(path).\(UUID().uuidString.prefix(8))"
    do {
      let file = try FileDescriptor.open(
        FilePath(other), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(text.utf8) }
      guard unsafe rename(other, path) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      _ = unsafe unlink(other)
      throw CommandFailure.failed("cannot write \(path): \(error)")
    }
  }
}
