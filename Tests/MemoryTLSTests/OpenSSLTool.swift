import Foundation
import Testing

/// The `openssl` program. Tests that need it are skipped without it, but not in CI, where its
/// absence is a failure.
enum OpenSSLTool {
  private static let path = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/bin"]
    .map { $0 + "/openssl" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static let isWanted = path != nil || ProcessInfo.processInfo.environment["CI"] != nil

  /// Runs it and answers its output.
  static func run(_ arguments: String...) throws -> String { try run(arguments) }

  static func run(_ arguments: [String]) throws -> String {
    let (status, output) = try execute(arguments)
    try #require(status == 0, "openssl \(arguments) failed")
    return output
  }

  /// Runs it and answers its exit status.
  static func status(_ arguments: [String]) throws -> Int32 { try execute(arguments).status }

  private static func execute(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path, "openssl is not installed"))
    process.arguments = arguments
    // No pipe: children that other tests start would inherit it and keep it from ending.
    let file = NSTemporaryDirectory() + "openssl-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data().write(to: URL(fileURLWithPath: file))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}

extension Trait where Self == ConditionTrait {
  static var needsOpenSSLTool: Self {
    .enabled(if: OpenSSLTool.isWanted, "the openssl program is not installed")
  }
}

/// A directory that goes away with this value.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("memory-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and answers its path.
  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = path + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }
}
