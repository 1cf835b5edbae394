import Testing

@testable import memtls

@Suite struct ChannelTests {
  @Test func `channels are parsed`() throws {
    #expect(try Channel(parsing: "tcp:a.b:1") == .tcp(.init(host: "a.b", port: 1)))
    #expect(try Channel(parsing: "tcp:[::1]:443") == .tcp(.init(host: "::1", port: 443)))
    #expect(
      try Channel(parsing: "tcp-listen:0.0.0.0:0") == .tcpListen(.init(host: "0.0.0.0", port: 0)))
    #expect(try Channel(parsing: "fd:3") == .descriptors(input: 3, output: 3))
    #expect(try Channel(parsing: "fd:3,4") == .descriptors(input: 3, output: 4))
    #expect(
      try Channel(parsing: "exec:a 'b c' \"d\\\"e\" f\\ g") == .exec(["a", "b c", "d\"e", "f g"]))
  }

  @Test(arguments: [
    "", "tcp", "tcp:", "tcp::1", "tcp:a", "tcp:a:", "tcp:a:x", "tcp:a:-1", "tcp:a:65536",
    "tcp:[::1]", "tcp:[]:1", "fd:", "fd:-1", "fd:1,", "fd:1,2,3", "fd:99999999999", "exec:",
    "exec:'", "exec:\\", "udp:a:1", ":", "exec: ",
  ])
  func `what is no channel is refused`(text: String) {
    #expect(throws: (any Error).self) { try Channel(parsing: text) }
  }

  @Test(arguments: [
    ("a b", ["a", "b"]), ("  a  ", ["a"]), ("''", [""]), ("a''b", ["ab"]), ("'a\\b'", ["a\\b"]),
    ("\"a\\b\"", ["a\\b"]), ("\"a\\\\b\"", ["a\\b"]), ("a\\'b", ["a'b"]), ("", []),
    ("a\"b c\"'d e'", ["ab cd e"]),
  ])
  func `words are split as a shell would`(line: String, words: [String]) throws {
    #expect(try ShellWords.split(line) == words)
  }
}
