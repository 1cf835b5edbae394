import Foundation
import SystemPackage

/// A file that is read as a whole.
enum InputFile {
  /// Its bytes; those of stdin for `-`.
  ///
  /// - Throws: what is wrong with it: absent, a directory, not to be read, larger than the limit.
  static func read(_ path: String, atMost limit: Int = largest) throws -> [UInt8] {
    do {
      let file = path == "-" ? FileDescriptor.standardInput : try open(path)
      defer { if path != "-" { try? file.close() } }
      return try read(file, path, atMost: limit)
    } catch let error as Errno {
      throw CommandFailure.failed(sentence(error, path))
    }
  }

  /// What it is called in messages.
  static func name(_ path: String) -> String { path == "-" ? "stdin" : path }

  private static func open(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
  }

  private static func read(
    _ file: FileDescriptor, _ path: String, atMost limit: Int
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let part = try unsafe [UInt8](unsafeUninitializedCapacity: pieceSize) { buffer, count in
        count = try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if part.isEmpty { return bytes }
      guard bytes.count + part.count <= limit else {
        throw CommandFailure.failed("\(name(path)) is larger than \(Summary.size(limit))")
      }
      bytes += part
    }
  }

  private static func sentence(_ error: Errno, _ path: String) -> String {
    switch error {
    case .noSuchFileOrDirectory: "\(name(path)) does not exist"
    case .isDirectory: "\(name(path)) is a directory"
    default: "cannot read \(name(path)): \(error)"
    }
  }

  /// What is still read in seconds. Ordinary records are held in memory a few times over; records
  /// without content some 30 times, and the shortest messages, of four bytes, some 85 times.
  static let largest = 1 << 30
  private static let pieceSize = 1 << 20
}
