import ArgumentParser
import MemoryTLSTransport
import Testing

@testable import memtls

@Suite struct ChannelTests {
  @Test(arguments: [
    ("stdio", Channel.stdio),
    ("fd:3", .descriptors(input: 3, output: 3)),
    ("fd:3,4", .descriptors(input: 3, output: 4)),
    ("fifo:a,b c", .fifo(input: "a", output: "b c")),
    ("fifo:a\\,b,c\\\\d", .fifo(input: "a,b", output: "c\\d")),
    ("files:/x/in,/x/out", .files(input: "/x/in", output: "/x/out")),
    ("exec:a 'b c' 'd'\\''e' ''", .exec(["a", "b c", "d'e", ""])),
    ("system:a | b 'c", .system("a | b 'c")),
    ("tcp:a.b:1", .tcp(.init(host: "a.b", port: 1))),
    ("tcp:[::1]:443", .tcp(.init(host: "::1", port: 443))),
    ("tcp-listen:0.0.0.0:0", .tcpListen(.init(host: "0.0.0.0", port: 0))),
    ("unix:/x/y:z", .unix("/x/y:z")),
    ("unix-listen:a\\,b", .unixListen("a,b")),
    ("tty:/dev/ttyS0", .tty(device: "/dev/ttyS0", baud: nil)),
    ("tty:a\\,b,115200", .tty(device: "a,b", baud: 115_200)),
  ])
  func `a channel is parsed and gives its text back`(text: String, channel: Channel) throws {
    #expect(try Channel(parsing: text) == channel)
    #expect(Channel(argument: text) == channel)
    #expect("\(channel)" == text)
  }

  @Test func `words may be quoted as in a shell`() throws {
    let words = ["a", "b c", "d\"e", "f g"]
    #expect(try Channel(parsing: "exec:a 'b c' \"d\\\"e\" f\\ g") == .exec(words))
    #expect("\(Channel.exec(words))" == "exec:a 'b c' 'd\"e' 'f g'")
  }

  @Test(arguments: ["", "udp:a:1", ":", "tcp\u{301}:a:1", "TCP:a:1", " stdio"])
  func `an unknown kind lists them all`(text: String) throws {
    let forms = """
      stdio, fd:IN[,OUT], fifo:IN,OUT, files:IN,OUT, exec:COMMAND, system:COMMAND, \
      tcp:HOST:PORT, tcp-listen:HOST:PORT, unix:PATH, unix-listen:PATH or tty:DEVICE[,BAUD]
      """
    #expect(try refusal(of: text) == "'\(text)' is no channel: \(forms)")
    #expect(Channel(argument: text) == nil)
  }

  @Test(arguments: [
    ("stdio:", "stdio: nothing may follow"),
    ("fd", "fd:IN[,OUT]: '' is no descriptor's number"),
    ("fd:", "fd:IN[,OUT]: '' is no descriptor's number"),
    ("fd:-1", "fd:IN[,OUT]: '-1' is no descriptor's number"),
    ("fd:+1", "fd:IN[,OUT]: '+1' is no descriptor's number"),
    ("fd:1,", "fd:IN[,OUT]: '' is no descriptor's number"),
    ("fd:1,2,3", "fd:IN[,OUT]: '2,3' is no descriptor's number"),
    ("fd:99999999999", "fd:IN[,OUT]: '99999999999' is no descriptor's number"),
    ("fifo:a", "fifo:IN,OUT: two paths are wanted, not 1"),
    ("fifo:a,b,c", "fifo:IN,OUT: two paths are wanted, not 3"),
    ("fifo:a,", "fifo:IN,OUT: a path is missing"),
    ("fifo:a,a", "fifo:IN,OUT: both paths are the same"),
    ("fifo:a\\b,c", "fifo:IN,OUT: a backslash in a path is written '\\\\'"),
    ("files:a\\,b", "files:IN,OUT: two paths are wanted, not 1"),
    ("files:,b", "files:IN,OUT: a path is missing"),
    ("files:a,b\\", "files:IN,OUT: a backslash in a path is written '\\\\'"),
    ("exec:", "exec:COMMAND: the command is missing"),
    ("exec: ", "exec:COMMAND: the command is missing"),
    ("exec:''", "exec:COMMAND: the command is missing"),
    ("exec:a '", "exec:COMMAND: a quote is open"),
    ("exec:\\", "exec:COMMAND: it ends behind a backslash"),
    ("system", "system:COMMAND: the command is missing"),
    ("system: ", "system:COMMAND: the command is missing"),
    ("tcp", "tcp:HOST:PORT: the port is missing"),
    ("tcp:a", "tcp:HOST:PORT: the port is missing"),
    ("tcp::1", "tcp:HOST:PORT: the host is missing"),
    ("tcp:[]:1", "tcp:HOST:PORT: the host is missing"),
    ("tcp:a:", "tcp:HOST:PORT: port '' is not from 0 to 65535"),
    ("tcp:a:+1", "tcp:HOST:PORT: port '+1' is not from 0 to 65535"),
    ("tcp:a:65536", "tcp:HOST:PORT: port '65536' is not from 0 to 65535"),
    ("tcp:::1:443", "tcp:HOST:PORT: an IPv6 address stands in brackets, as [::1]:443"),
    ("tcp-listen:[::1]", "tcp-listen:HOST:PORT: an IPv6 address stands in brackets, as [::1]:443"),
    ("unix:", "unix:PATH: the path is missing"),
    ("unix-listen:a,b", "unix-listen:PATH: a comma in a path is written '\\,'"),
    ("tty:", "tty:DEVICE[,BAUD]: the device is missing"),
    ("tty:,9600", "tty:DEVICE[,BAUD]: the device is missing"),
    ("tty:a,b,9600", "tty:DEVICE[,BAUD]: a comma in a path is written '\\,'"),
  ])
  func `a malformed text is told its form and its flaw`(text: String, refusal: String) throws {
    #expect(try self.refusal(of: text) == "'\(text)' is not \(refusal)")
  }

  @Test(arguments: ["", "9601", "+9600", "fast", "0"])
  func `an unknown speed lists the usual ones`(baud: String) throws {
    let refusal = try refusal(of: "tty:/dev/ttyS0,\(baud)")
    #expect(refusal.contains("baud rate '\(baud)' is none of 300, 600, 1200, 2400, "))
    #expect(refusal.hasSuffix(", 3000000, 3500000, 4000000"))
  }

  @Test func `every usual speed is parsed`() throws {
    for baud in DescriptorTransport.baudRates {
      #expect(try Channel(parsing: "tty:a,\(baud)") == .tty(device: "a", baud: baud))
    }
  }

  @Test func `a path is as long as a socket address holds`() throws {
    let longest = String(repeating: "é", count: Address.longestPath / 2) + "x"
    #expect(try Channel(parsing: "unix:\(longest)") == .unix(longest))
    #expect(
      try refusal(of: "unix-listen:\(longest)x").hasSuffix(
        "a socket's path has at most \(Address.longestPath) bytes, not \(Address.longestPath + 1)"))
  }

  @Test func `paths of equal looks and different bytes are different`() throws {
    #expect(throws: Never.self) { try Channel(parsing: "fifo:\u{E9},e\u{301}") }
  }

  @Test func `listeners are told from the others`() throws {
    let texts = [
      "stdio", "fd:3", "fifo:a,b", "files:a,b", "exec:a", "system:a", "tcp:a:1", "tcp-listen:a:1",
      "unix:a", "unix-listen:a", "tty:a",
    ]
    #expect(texts.count == Channel.Kind.allCases.count)
    let listeners = try texts.filter { try Channel(parsing: $0).isListener }
    #expect(listeners == ["tcp-listen:a:1", "unix-listen:a"])
    #expect(try texts.compactMap { try Channel(parsing: $0).host } == ["a"])
  }

  private func refusal(of text: String) throws -> String {
    try #require(throws: ValidationError.self) { try Channel(parsing: text) }.message
  }
}
