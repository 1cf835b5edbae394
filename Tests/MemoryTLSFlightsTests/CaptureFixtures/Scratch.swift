import Foundation

/// A directory for files of one test.
final class Scratch {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "flights-" + UUID().uuidString)

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> URL { folder.appending(path: name) }

  /// Writes a file and answers where.
  func write(_ bytes: [UInt8], to name: String) throws -> URL {
    try Data(bytes).write(to: path(name))
    return path(name)
  }

  /// Writes a file of lines and answers where.
  func write(_ lines: [String], to name: String) throws -> URL {
    try write(Array(lines.map { $0 + "\n" }.joined().utf8), to: name)
  }
}
