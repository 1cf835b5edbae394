import Foundation
import Testing

@testable import memtls

@Suite struct FlightFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    ([UInt8](), "x is empty"),
    (
      [0x7F, 0x45, 0x4C, 0x46, 2],
      "x is neither a flights file nor a capture (begins with 7f 45 4c 46)"
    ),
    ([0], "x is neither a flights file nor a capture (begins with 00)"),
    (Array("# frmat: 1\n".utf8), "x:1:3: unknown key 'frmat'; others' begin with x-"),
    (Array("\n>>> Flow 1 (client to server)\n00000000  1g\n".utf8), "x:3:11: '1g' is no byte"),
    (
      Array("# comment: \u{1B}\n#\n".utf8),
      "x:2:1: neither '# ' nor '>>> Flow 1 (client to server)'"
    ),
    ([0x1F, 0x8B, 8], "x is compressed; give what gzip -dc makes of it"),
    (
      Array("CLIENT_RANDOM \(String(repeating: "ab", count: 32)) 00\n".utf8),
      "x is a key log; give it as --keylog, beside a capture"
    ),
    (Array("hello\n".utf8), "x:1:1: neither '# ' nor '>>> Flow 1 (client to server)'"),
  ])
  func `what cannot be read is named with its place`(bytes: [UInt8], message: String) {
    #expect(throws: CommandFailure.failed(message)) { try FlightFile(bytes, name: "x") }
  }

  @Test(arguments: [("no", "does not exist"), (".", "is a directory")])
  func `what is no file is told apart`(name: String, reason: String) {
    let path = directory.path + "/" + name
    #expect(throws: CommandFailure.failed("\(path) \(reason)")) { try FlightFile(path) }
  }

  @Test func `a file may be as large as the limit`() throws {
    let path = try directory.write("0123456789", to: "ten")
    #expect(try InputFile.read(path, atMost: 10).count == 10)
    #expect(throws: CommandFailure.failed("\(path) is larger than 9 B")) {
      try InputFile.read(path, atMost: 9)
    }
  }

  @Test func `a text is one stream`() throws {
    let file = try FlightFile(Array(Self.flow.utf8), name: "x")
    #expect(file.streams.map(\.number) == [0] && file.conversations.count == 1)
    #expect(try file.stream(nil).number == 0 && file.stream(0).number == 0)
    #expect(throws: CommandFailure.usage("x has no stream 1, but only 0")) { try file.stream(1) }
  }

  private static let flow = ">>> Flow 1 (client to server)\n00000000  15 03 03 00 02 01 00\n"
}
