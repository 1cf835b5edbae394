import Foundation
import Testing

extension Credentials {
  /// Runs `openssl s_server` on a free port while the body runs.
  func withServer(_ options: [String], _ body: (Int) throws -> Void) throws {
    let process = Process()
    var output = FileHandle.nullDevice
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", self.server, "-key"]
      + [serverKey] + options
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try spawn(process) { makePipe in
      let pipe = try makePipe()
      process.standardOutput = pipe.writing
      output = pipe.reading
      return [pipe.writing]
    }
    defer {
      // Not SIGTERM: threads of the test runner block it, and children inherit that.
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    try body(try port(in: output))
  }

  /// The port of the line "ACCEPT 127.0.0.1:12345".
  private func port(in output: FileHandle) throws -> Int {
    var text = ""
    while !text.contains("ACCEPT") || !text.hasSuffix("\n") {
      let more = output.availableData
      try #require(!more.isEmpty, "s_server ended: \(text)")
      text += String(decoding: more, as: UTF8.self)
    }
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("ACCEPT") })
    return try #require(Int(line.split(separator: ":").last ?? ""))
  }
}
