import Foundation
import Testing

/// Wireshark's commands, which read captures along with ours.
enum Tshark {
  /// Whether it is installed. With CI set in the environment the tests that need it run, and fail.
  static let isWanted =
    ProcessInfo.processInfo.environment["CI"] != nil
    || (try? run("tshark", ["--version"])) != nil

  /// What it finds in a capture, in the lines of Fixtures/captures/list.
  static func list(_ file: URL, keyLog: URL? = nil) throws -> [String] {
    let list = CaptureFixture.folder.appending(path: "list").path
    return try lines("bash", [list, file.path] + (keyLog.map { [$0.path] } ?? []))
  }

  /// The fields of packets that pass a filter, a line each.
  static func fields(
    _ fields: [String], of file: URL, where filter: String, options: [String] = []
  ) throws -> [String] {
    try lines(
      "tshark",
      ["-r", file.path, "-Y", filter, "-T", "fields"]
        + fields.flatMap { ["-e", $0] } + (heuristics + options).flatMap { ["-o", $0] })
  }

  /// Captures behind one another as one, so that one process can read them.
  static func merge(_ files: [URL], into file: URL) throws {
    _ = try run("mergecap", ["-a", "-w", file.path] + files.map(\.path))
  }

  /// TLS is looked for at every port.
  private static let heuristics = ["tcp.try_heuristic_first:TRUE"]

  private static func lines(_ program: String, _ arguments: [String]) throws -> [String] {
    try run(program, arguments).split(separator: "\n").map(String.init)
  }

  /// What a program says.
  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(program) ended with \(process.terminationStatus)")
    }
    return String(decoding: said, as: UTF8.self)
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where tshark is not installed; with CI set the test runs, and fails.
  static var needsTshark: Self { .enabled(if: Tshark.isWanted, "tshark is not in PATH") }
}

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
