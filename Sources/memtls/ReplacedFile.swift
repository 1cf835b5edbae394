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

  /// The same for its owner alone.
  static func write(_ text: String, to path: String) throws {
    try write(Array(text.utf8), to: path, .ownerReadWrite)
  }

  /// Writes a file beside it and gives that its name (rename(2)); of a link it is the file that is
  /// replaced. What is there and is no regular file, such as a pipe or /dev/null, is written to instead.
  static func write(_ bytes: [UInt8], to path: String, _ permissions: FilePermissions) throws {
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let other = "\(path).\(UUID().uuidString.prefix(8))"
    do {
      if let type = try? FilePath(path).stat().type, type != .regular {
        return try fill(try FileDescriptor.open(FilePath(path), .writeOnly), bytes)
      }
      try fill(
        try FileDescriptor.open(
          FilePath(other), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
          permissions: permissions), bytes)
      guard unsafe rename(other, path) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      _ = unsafe unlink(other)
      throw CommandFailure.failed("cannot write \(path): \(error)")
    }
  }

  private static func fill(_ file: FileDescriptor, _ bytes: [UInt8]) throws {
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }
}
