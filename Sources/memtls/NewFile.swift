import Foundation
import SystemPackage

/// A file that is to be made.
struct NewFile {
  let path: FilePath
  let bytes: [UInt8]
  let permissions: FilePermissions

  init(path: FilePath, bytes: [UInt8], permissions: FilePermissions) {
    (self.path, self.bytes, self.permissions) = (path, bytes, permissions)
  }

  init(path: FilePath, text: String, permissions: FilePermissions) {
    self.init(path: path, bytes: Array(text.utf8), permissions: permissions)
  }

  /// Makes it in the place of what is there, if anything is.
  func replace() throws { try ReplacedFile.write(bytes, to: path.string, permissions) }

  /// Makes the files, and their directory if it is absent: all of them, or none. What exists is left
  /// alone.
  static func make(_ files: [NewFile], in directory: FilePath) throws {
    try refuse(files, nothingWritten)
    let isNew = try makeDirectory(directory)
    do { try make(files) } catch {
      if isNew { _ = unsafe rmdir(directory.string) }
      throw error
    }
  }

  /// Makes the files: all of them, or none. What exists is left alone, with this advice.
  static func make(_ files: [NewFile], elseSaying advice: String = nothingWritten) throws {
    try refuse(files, advice)
    var made: [FilePath] = []
    do {
      for file in files {
        let descriptor = try file.create()
        made.append(file.path)
        try file.fill(descriptor)
      }
    } catch {
      for path in made { _ = unsafe unlink(path.string) }
      throw error
    }
  }

  /// Throws if one of them exists.
  private static func refuse(_ files: [NewFile], _ advice: String) throws {
    for file in files where file.exists {
      throw CommandFailure.failed("\(file.path) exists already; \(advice)")
    }
  }

  private static let nothingWritten = "nothing was written"

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
    try naming { try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) } }
  }

  private func naming<T>(_ body: () throws -> T) throws -> T {
    do { return try body() } catch {
      throw CommandFailure.failed("cannot write \(path): \(error)")
    }
  }
}
