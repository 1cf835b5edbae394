import MemoryTLS
@testable import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Bytes behind a ClientHello, so that they can be seen in its log.
@Suite struct ByteStreamTests {
  private let hello = TestBytes.clientHello
  private var begun: Dialogue {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.client(hello, at: 0)
    return dialogue
  }

  @Test func `segments in their order are put together`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.send("de", at: 3)
    try expect("abcde", dialogue)
  }

  @Test func `segments that come twice count once`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.send("abc", at: 0)
    dialogue.send("def", at: 3)
    dialogue.send("abc", at: 0)
    try expect("abcdef", dialogue)
  }

  @Test func `segments that come late wait for nothing but themselves`() throws {
    var dialogue = begun
    dialogue.send("ef", at: 4)
    dialogue.send("cd", at: 2)
    dialogue.send("gh", at: 6)
    dialogue.send("ab", at: 0)
    dialogue.send("ij", at: 8)
    try expect("abcdefghij", dialogue)
  }

  @Test func `of segments cut anew what is known already is left out`() throws {
    var dialogue = begun
    dialogue.send("abcd", at: 0)
    dialogue.send("cdef", at: 2)
    dialogue.send("abcdefgh", at: 0)
    try expect("abcdefgh", dialogue)
  }

  // What tshark does: what can be used at once is used whole, then what came first of what waits.
  @Test func `where segments disagree the one used first wins`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.send("XYZdef", at: 0)
    try expect("abcdef", dialogue)
    dialogue = begun
    dialogue.send("bbbb", at: 2)
    dialogue.send("aaaa", at: 0)
    try expect("aaaabb", dialogue)
    dialogue = begun
    dialogue.send("bbbb", at: 6)
    dialogue.send("cccc", at: 3)
    dialogue.send("aaaaaaa", at: 0)
    try expect("aaaaaaabbb", dialogue)
    dialogue = begun
    dialogue.send("bbbb", at: 6)
    dialogue.send("cccc", at: 4)
    dialogue.send("aaaa", at: 0)
    try expect("aaaaccccbb", dialogue)
  }

  @Test func `a hole is reported, and nothing is taken behind it`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.send("ghi", at: 6)
    dialogue.send("jkl", at: 9)
    try expect("abc", dialogue, hole: 3)
    dialogue.send("def", at: 3)
    try expect("abcdefghijkl", dialogue)
  }

  @Test func `a hole ends its own direction alone`() throws {
    var dialogue = begun
    dialogue.send("def", at: 3)
    dialogue.server(TestBytes.serverHello, at: 0, acknowledging: hello.count)
    dialogue.send("ghi", at: 6)
    dialogue.server([1, 2], at: TestBytes.serverHello.count)
    let stream = try stream(dialogue)
    #expect(stream.holes.map(\.direction) == [.clientToServer])
    #expect(stream.log?.flights.map(\.bytes) == [hello, TestBytes.serverHello + [1, 2]])
  }

  @Test func `bytes that were not kept are a hole`() throws {
    var dialogue = begun
    dialogue.send("abcdef", at: 0)
    dialogue.packets[4] = dialogue.packets[4].snapped(to: 42)
    try expect("ab", dialogue, hole: 4)
    dialogue.send("ghi", at: 6)
    try expect("ab", dialogue, hole: 4)
    dialogue.send("cdef", at: 2)
    try expect("abcdefghi", dialogue)
  }

  @Test func `options that were not kept leave the payload's length`() throws {
    var dialogue = begun
    let segment = Packets.tcp(
      ports: (50_000, 443), sequence: 1001 + UInt32(hello.count),
      options: Array(repeating: 1, count: 40), [1, 2, 3])
    dialogue.packets.append(TestPacket(Packets.ipv4(segment)).snapped(to: 54))
    try expect("", dialogue, hole: 3)
  }

  @Test func `what only the other side has seen is a hole of unknown length`() throws {
    var dialogue = begun
    dialogue.server(TestBytes.alert, at: 0, acknowledging: hello.count + 3)
    let holes = try stream(dialogue).holes
    #expect(holes.map(\.offset) == [hello.count] && holes.map(\.byteCount) == [nil])
    dialogue.send("abcdef", at: 0)
    try expect("abcdef", dialogue)
  }

  @Test func `the end of a stream counts as a byte, and is none`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    // The FIN itself may be lost.
    dialogue.server(at: 0, acknowledging: hello.count + 4)
    try expect("abc", dialogue)
    dialogue.client(flags: [.finish, .acknowledge], at: hello.count + 3)
    try expect("abc", dialogue)
  }

  @Test func `bytes lost before the end of a stream are a hole`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.client(flags: [.finish, .acknowledge], at: hello.count + 5)
    try expect("abc", dialogue, hole: 2)
  }

  @Test func `sequence numbers begin again`() throws {
    for distance in 0...UInt32(hello.count + 8) {
      var dialogue = Dialogue()
      dialogue.starts.client = 0 &- distance
      dialogue.open()
      dialogue.client(hello, at: 0)
      dialogue.send("efg", at: 4)
      dialogue.send("cdef", at: 2)
      dialogue.send("ab", at: 0)
      dialogue.server(TestBytes.alert, at: 0, acknowledging: hello.count + 8)
      dialogue.send("h", at: 7)
      try expect("abcdefgh", dialogue)
    }
  }

  @Test func `more than 4 GB are told apart by more than their sequence numbers`() throws {
    let bytes = Array(repeating: 7 as UInt8, count: 1 << 24)
    var stream = ByteStream()
    for step in 0...256 as ClosedRange<UInt32> {
      #expect(stream.take(try segment(at: step &* (1 << 24), bytes)).map(\.count) == [1 << 24])
    }
    stream.note(acknowledgement: (1 << 24) + 2)
    #expect(stream.count == 257 << 24)
    #expect(stream.hole?.start == stream.count)
  }

  @Test func `a keep-alive adds nothing`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.send("?", at: 2)
    dialogue.send("", at: 2)
    dialogue.send("def", at: 3)
    try expect("abcdef", dialogue)
  }

  @Test func `the byte of a zero-window probe is one of the stream`() throws {
    var dialogue = begun
    dialogue.send("a", at: 0)
    dialogue.server(at: 0, acknowledging: hello.count)
    dialogue.send("abc", at: 0)
    try expect("abc", dialogue)
  }

  @Test func `a SYN may carry bytes, and may come twice`() throws {
    var dialogue = Dialogue()
    dialogue.client(hello, flags: .synchronize, at: -1)
    dialogue.client(hello, flags: .synchronize, at: -1)
    dialogue.server(flags: [.synchronize, .acknowledge], at: -1, acknowledging: hello.count)
    dialogue.send("abc", at: 0)
    // The first byte of a SYN's payload is the first of the stream.
    try expect("abc", dialogue)
  }

  @Test func `what a reset carries is no part of the stream`() throws {
    var dialogue = begun
    dialogue.client(Array("cause".utf8), flags: [.reset, .acknowledge], at: hello.count)
    try expect("", dialogue)
  }

  @Test func `a stream whose start was not captured begins with its first bytes`() throws {
    var dialogue = Dialogue()
    dialogue.client(at: -1)
    dialogue.client(hello, at: 0)
    dialogue.send("abc", at: 0)
    dialogue.client([1, 2, 3], at: -3)
    try expect("abc", dialogue)
  }

  @Test func `numbers of another connection are no hole`() throws {
    var dialogue = begun
    dialogue.send("abc", at: 0)
    dialogue.client([1], at: (1 << 30) + 200)
    dialogue.client([1], at: -(1 << 30))
    dialogue.server(at: 0, acknowledging: (1 << 30) + 200)
    try expect("abc", dialogue)
  }

  @Test func `of very many segments that wait the last are dropped, and reported`() throws {
    var dialogue = begun
    for index in 1..<6000 { dialogue.send("x", at: index) }
    dialogue.send("x", at: 0)
    try expect(String(repeating: "x", count: 4097), dialogue, hole: 6000 - 4097)
    for index in 4097..<6000 { dialogue.send("x", at: index) }
    try expect(String(repeating: "x", count: 6000), dialogue)
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func `any order, any cuts and any copies are the same stream`(seed: UInt64) throws {
    var numbers = SplitMix64(seed: seed)
    let bytes = TestBytes.noise(500, seed: seed)
    var dialogue = begun
    var pieces = (0..<50).map { $0 * 10..<$0 * 10 + 10 }
    pieces += (0..<50).map { _ in
      let start = Int.random(in: 0..<490, using: &numbers)
      return start..<start + Int.random(in: 1...10, using: &numbers)
    }
    for range in pieces.shuffled(using: &numbers) {
      dialogue.client(Array(bytes[range]), at: hello.count + range.lowerBound)
    }
    #expect(try stream(dialogue).log?.flights.map(\.bytes) == [hello + bytes])
    #expect(try stream(dialogue).holes == [])
  }

  private func expect(
    _ text: String, _ dialogue: Dialogue, hole: Int? = nil,
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let stream = try stream(dialogue)
    let bytes = stream.log?.flights.flatMap { $0.direction == .clientToServer ? $0.bytes : [] }
    #expect(bytes == hello + Array(text.utf8), sourceLocation: location)
    let holes = hole.map {
      [
        CapturedStream.Hole(
          direction: .clientToServer, offset: hello.count + text.utf8.count, byteCount: $0)
      ]
    }
    #expect(stream.holes == holes ?? [], sourceLocation: location)
  }

  private func stream(_ dialogue: Dialogue) throws -> CapturedStream {
    let streams = try Capture(dialogue.pcap).streams
    #expect(streams.count == 1)
    return try #require(streams.first)
  }

  private func segment(at sequence: UInt32, _ bytes: [UInt8]) throws -> TCPSegment {
    let packet = Packets.tcp(ports: (1, 2), sequence: sequence, bytes)
    return try TCPSegment(.init(next: .tcp, rest: Portion(packet)))
  }
}

extension Dialogue {
  /// Text of the client behind its ClientHello.
  fileprivate mutating func send(_ text: String, at offset: Int) {
    client(Array(text.utf8), at: TestBytes.clientHello.count + offset)
  }
}
