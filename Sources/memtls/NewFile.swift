import Foundation
import SystemPackage

/// A file that is to be made.
struct NewFile {
  let path: FilePath
  let text: String
  let permissions: FilePermissions

  /// Makes this file alone, in a directory that exists.
  func make() throws {
    guard !exists else {
      throw CommandFailure.failed("\(path) exists already, so nothing was written")
    }
    let descriptor = try create()
    do { try fill(descriptor) } catch {
      _ = unsafe unlink(path.string)
      throw error
    }
  }

  /// Makes the files, and their directory if it is absent: all of them, or none. What exists is left
  /// alone.
  static func make(_ files: [NewFile], in directory: FilePath) throws {
    for file in files where file.exists {
      throw CommandFailure.failed("\(file.path) exists already, so nothing was written")
    }
    let isNew = try makeDirectory(directory)
    var made: [FilePath] = []
    do {
      for file in files {
        let descriptor = try file.create()
        made.append(file.path)
        try file.fill(descriptor)
      }
    } catch {
      for path in made { _ = unsafe unlink(path.string) }
      if isNew { _ = unsafe rmdir(directory.string) }
      throw error
    }
  }

  /// Answers whether it was absent. Nobody else may look into one that is made.
  private static func makeDirectory(_ path: FilePath) throws -> Bool {
    if unsafe mkdir(path.string, 0o700) == 0 { return true }
    guard errno == EEXIST else {
      throw CommandFailure.failed("cannot make \(path): \(Errno(rawValue: errno))")
    }
    return false
  }

  /// Whether anything is there, a link to nowhere included.
  private var exists: Bool { (try? path.stat(followTargetSymlink: false)) != nil }

  /// Opens it with its mode from the start, and only if nothing is there by now (open(2), `O_EXCL`).
  private func create() throws -> FileDescriptor {
    try naming {
      try FileDescriptor.open(
        path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: permissions)
    }
  }

  private func fill(_ descriptor: FileDescriptor) throws {
    try naming { try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) } }
  }

  private func naming<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch {
      throw CommandFailure.failed("cannot write \(path): \(error)")
    }
  }
}
