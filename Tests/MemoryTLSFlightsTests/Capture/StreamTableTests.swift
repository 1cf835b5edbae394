@testable import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct StreamTableTests {
  @Test func `streams are told apart by both ends, and numbered by their first packets`() throws {
    var (one, two) = (Dialogue(), Dialogue())
    two.ports.client = 50_001
    one.open()
    two.open()
    let packets = zip(two.packets, one.packets).flatMap { [$0, $1] }
    let streams = try Capture(CaptureBuilder.pcap(packets)).streams
    #expect(streams.map(\.number) == [0, 1])
    #expect(
      streams.map(\.endpoints) == ["10.0.0.1:50001 10.0.0.2:443", "10.0.0.1:50000 10.0.0.2:443"])
    #expect(streams.map(\.packetCount) == [3, 3])
  }

  @Test func `a SYN with another number begins another stream between the same ends`() throws {
    var (one, two) = (Dialogue(), Dialogue())
    one.open()
    one.client([1], at: 0)
    two.starts = (90_000, 80_000)
    two.open()
    two.client([1, 2], at: 0)
    let streams = try Capture(CaptureBuilder.pcap(one.packets + two.packets)).streams
    #expect(streams.map(\.byteCounts.clientToServer) == [1, 2])
    #expect(streams.flatMap(\.holes) == [])
  }

  @Test func `a SYN that comes again is of the same stream`() throws {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.client(flags: .synchronize, at: -1)
    #expect(try Capture(dialogue.pcap).streams.count == 1)
    // Behind packets without a SYN as well, if the numbers fit.
    dialogue = Dialogue()
    dialogue.client([1], at: 0)
    dialogue.client(flags: .synchronize, at: -1)
    #expect(try Capture(dialogue.pcap).streams.count == 1)
    dialogue.client(flags: .synchronize, at: -2)
    #expect(try Capture(dialogue.pcap).streams.count == 2)
  }

  @Test func `a SYN the other way is of another stream too`() throws {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.server(flags: .synchronize, at: 7)
    let streams = try Capture(dialogue.pcap).streams
    #expect(
      streams.map(\.endpoints) == ["10.0.0.1:50000 10.0.0.2:443", "10.0.0.2:443 10.0.0.1:50000"])
  }

  @Test func `the number is known from what the other side acknowledged`() throws {
    var dialogue = Dialogue()
    dialogue.server(at: 0, acknowledging: 0)
    dialogue.client(flags: .synchronize, at: -1)
    #expect(try Capture(dialogue.pcap).streams.count == 1)
    dialogue.client(flags: .synchronize, at: 5)
    #expect(try Capture(dialogue.pcap).streams.count == 2)
  }

  @Test func `another SYN-ACK before any bytes begins the stream anew`() throws {
    var dialogue = Dialogue()
    dialogue.open()
    dialogue.server(flags: [.synchronize, .acknowledge], at: 99, acknowledging: 0)
    dialogue.server([1, 2], at: 100)
    let streams = try Capture(dialogue.pcap).streams
    #expect(streams.map(\.byteCounts.serverToClient) == [2] && streams.flatMap(\.holes) == [])
  }

  @Test func `who opened the connection comes first, whoever was captured first`() throws {
    var dialogue = Dialogue()
    dialogue.server(flags: [.synchronize, .acknowledge], at: -1, acknowledging: 0)
    dialogue.client(at: 0)
    let stream = try #require(try Capture(dialogue.pcap).streams.first)
    #expect(stream.endpoints == "10.0.0.1:50000 10.0.0.2:443")
  }

  @Test func `a connection of an end with itself is a stream`() throws {
    let segment = Packets.tcp(ports: (9, 9), sequence: 1, [1, 2])
    let packet = Packets.ipv4(segment, from: [10, 0, 0, 1], to: [10, 0, 0, 1])
    let streams = try Capture(CaptureBuilder.pcap([TestPacket(packet)])).streams
    #expect(streams.map(\.endpoints) == ["10.0.0.1:9 10.0.0.1:9"])
  }

  @Test(.needsTshark, arguments: 1...6 as ClosedRange<UInt64>)
  func `tshark tells the same streams apart`(seed: UInt64) throws {
    var numbers = SplitMix64(seed: seed)
    let flags: [TCPSegment.Flags] = [
      .synchronize, [.synchronize, .acknowledge], .acknowledge, [.finish, .acknowledge], .reset,
      [.reset, .acknowledge], [.synchronize, .finish], [.synchronize, .reset], [],
    ]
    let packets = (0..<400).map { index in
      var dialogue = Dialogue()
      dialogue.ports.client = UInt16.random(in: 1000...1003, using: &numbers)
      let chosen = flags[Int.random(in: 0..<flags.count, using: &numbers)]
      let (offset, other) = (
        Int.random(in: -1...2, using: &numbers), Int.random(in: -1...2, using: &numbers)
      )
      let isClient = Bool.random(using: &numbers)
      if isClient {
        dialogue.client(flags: chosen, at: offset, acknowledging: other)
      } else {
        dialogue.server(flags: chosen, at: offset, acknowledging: other)
      }
      return TestPacket(dialogue.packets[0].bytes, second: UInt32(index))
    }
    let file = CaptureBuilder.pcap(packets)
    let found = try Tshark.lines(of: file, "-T", "fields", "-e", "tcp.stream").compactMap {
      Int($0)
    }
    let streams = try Capture(file).streams
    #expect(found.count == 400 && streams.count > 4)
    for stream in streams {
      #expect(found.count { $0 == stream.number } == stream.packetCount)
    }
  }
}
