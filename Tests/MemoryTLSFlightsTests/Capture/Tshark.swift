import Foundation
import MemoryTLS
import Testing

/// The `tshark` program. Tests that need it are skipped without it, but not in CI, where its absence is
/// a failure.
enum Tshark {
  private static let path = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
    .map { $0 + "/tshark" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  static let isWanted = path != nil || ProcessInfo.processInfo.environment["CI"] != nil

  /// One side of a stream as tshark follows it.
  struct Side: Equatable {
    /// Up to the first bytes that are missing.
    var bytes: [UInt8] = []
    /// How many are missing there, as it counts them; nil if it knows of none.
    var missing: Int?
  }

  /// What it says to options behind `-r FILE`, line by line.
  static func lines(of capture: [UInt8], _ arguments: String...) throws -> [String] {
    let scratch = try Scratch()
    let input = try scratch.write(capture, to: "capture")
    let path = try #require(path, "tshark is not installed")
    return try lines(path, ["-r", input.path] + arguments)
  }

  /// What it finds in a capture, in the lines of Fixtures/captures/list.
  static func list(_ file: URL, keyLog: URL? = nil) throws -> [String] {
    let list = CaptureFixture.folder.appending(path: "list").path
    return try lines("bash", [list, file.path] + (keyLog.map { [$0.path] } ?? []))
  }

  /// Captures behind one another as one, so that one process can read them.
  static func merge(_ files: [URL], into file: URL) throws {
    _ = try lines("mergecap", ["-a", "-w", file.path] + files.map(\.path))
  }

  /// What a program says, line by line.
  private static func lines(_ program: String, _ arguments: [String]) throws -> [String] {
    let scratch = try Scratch()
    let output = try scratch.write([UInt8](), to: "output")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    // No pipe: children that other tests start would inherit it and keep it from ending.
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(program) \(arguments) failed")
    return String(decoding: try Data(contentsOf: output), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  /// The sides of a stream by their addresses, such as `127.0.0.1:443`.
  static func follow(_ stream: Int, of capture: [UInt8]) throws -> [String: Side] {
    var sides = [Side(), Side()]
    var addresses: [String] = []
    for line in try lines(of: capture, "-q", "-z", "follow,tcp,raw,\(stream)") {
      if line.hasPrefix("Node ") { addresses.append(String(line.dropFirst(8))) }
      let index = line.hasPrefix("\t") ? 1 : 0
      guard let bytes = Hexadecimal.bytes(line.utf8.drop { $0 == 9 }), sides[index].missing == nil
      else { continue }
      if let count = missingCount(bytes) {
        sides[index].missing = count
      } else {
        sides[index].bytes += bytes
      }
    }
    try #require(addresses.count == 2)
    return [addresses[0]: sides[0], addresses[1]: sides[1]]
  }

  /// The number in what stands for bytes that are missing.
  private static func missingCount(_ bytes: [UInt8]) -> Int? {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("["), text.hasSuffix(" bytes missing in capture file]\0") else {
      return nil
    }
    return Int(text.dropFirst().prefix { $0.isNumber })
  }
}

extension Trait where Self == ConditionTrait {
  static var needsTshark: Self { .enabled(if: Tshark.isWanted, "tshark is not installed") }
}
