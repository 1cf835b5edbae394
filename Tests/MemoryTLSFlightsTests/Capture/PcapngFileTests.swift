@testable import MemoryTLSFlights
import Testing

@Suite struct PcapngFileTests {
  private let blocks = CaptureBuilder.Pcapng()

  @Test(arguments: [ByteOrder.little, .big])
  func `packets of all three kinds are read in both byte orders`(order: ByteOrder) throws {
    let blocks = CaptureBuilder.Pcapng(order: order)
    let packets =
      blocks.packet(packet(0, [1])) + blocks.oldPacket(packet(1, [2, 3]))
      + blocks.simplePacket(packet(3, [4, 5, 6]))
    let capture = try Capture(blocks.section() + blocks.interface() + packets)
    #expect(capture.packetCount == 3 && capture.damage == nil && capture.skipped.count == 0)
    #expect(capture.streams.map(\.byteCounts.clientToServer) == [6])
    #expect(capture.streams.first?.firstTime?.description == "1.000000000")
    #expect(capture.streams.first?.holes == [])
  }

  @Test func `sections have interfaces and byte orders of their own`() throws {
    let big = CaptureBuilder.Pcapng(order: .big)
    let ethernet = TestPacket(Packets.ethernet(packet(1, [2]).bytes))
    let file =
      blocks.section() + blocks.interface() + blocks.packet(packet(0, [1])) + big.section()
      + big.interface(1) + big.packet(ethernet) + blocks.section() + blocks.interface(12)
      + blocks.packet(packet(2, [3]))
    let capture = try Capture(file)
    #expect(capture.packetCount == 3 && capture.damage == nil)
    #expect(capture.streams.map(\.byteCounts.clientToServer) == [3])
  }

  @Test func `an interface of another section is unknown`() throws {
    let first = blocks.section() + blocks.interface() + blocks.packet(packet(0, [1]))
    let capture = try Capture(first + blocks.section() + blocks.packet(packet(1, [2])))
    #expect(capture.damage?.reason == "packet of interface 0, where 0 are described")
    #expect(capture.damage?.offset == first.count + blocks.section().count)
    #expect(capture.streams.map(\.byteCounts.clientToServer) == [1])
  }

  @Test func `a packet names its interface`() throws {
    let ethernet = TestPacket(Packets.ethernet(packet(0, [1]).bytes))
    let file =
      blocks.section() + blocks.interface() + blocks.interface(1)
      + blocks.packet(ethernet, of: 1) + blocks.oldPacket(ethernet, of: 1)
    #expect(try Capture(file).skipped.count == 0)
    #expect(try Capture(file + blocks.packet(ethernet, of: 2)).damage != nil)
  }

  @Test func `unknown blocks are skipped`() throws {
    let unknown = [4, 5, 9, 0xBAD, 0x8000_0001].flatMap { blocks.block($0, [1, 2, 3, 4]) }
    let file = blocks.section() + unknown + blocks.interface() + unknown
    let capture = try Capture(file + blocks.packet(packet(0, [1])) + unknown)
    #expect(capture.packetCount == 1 && capture.damage == nil)
  }

  // A simple packet does not say how much of it was kept: the interface's limit does.
  @Test func `a simple packet is as long as its interface keeps`() throws {
    let whole = packet(0, Array(repeating: 1, count: 30))
    let file =
      blocks.section() + blocks.interface(snapLength: 60)
      + blocks.simplePacket(whole.snapped(to: 60))
    let stream = try #require(try Capture(file).streams.first)
    #expect(stream.byteCounts.clientToServer == 20)
    #expect(stream.holes.map(\.byteCount) == [10] && stream.firstTime == nil)
  }

  @Test func `secrets and comments are kept`() throws {
    let random = String(repeating: "Ab", count: 32)
    let lines = "# no\nCLIENT_RANDOM \(random) bb\r\n\nx y z w\nA b c\nSERVER_X \(random) cc"
    let options = blocks.option(1, Array("one".utf8)) + blocks.option(4, [65])
    let file =
      blocks.section(options + blocks.option(1, Array("two\nlines".utf8)) + [0, 0, 0, 0])
      + blocks.secrets(lines) + blocks.secrets("A b c", type: 0x5353_484B)
    let capture = try Capture(file + blocks.interface() + blocks.packet(packet(0, [1])))
    #expect(capture.keyLog == ["CLIENT_RANDOM \(random) bb", "SERVER_X \(random) cc"])
    #expect(capture.comments == ["one", "two\nlines"])
  }

  @Test func `a stream has the secrets of its ClientHello`() throws {
    let random = (0..<32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let lines = ["A \(random) 00", "B \(random.uppercased()) 01", "A ff\(random.dropFirst(2)) 02"]
    let file =
      blocks.section(blocks.option(1, Array("two\nlines".utf8))) + blocks.interface()
      + blocks.packet(packet(0, TestBytes.clientHello))
      + blocks.secrets(lines.joined(separator: "\n"))
    let log = try #require(try Capture(file).streams.first?.log)
    #expect(log.metadata.keyLog == Array(lines.prefix(2)))
    #expect(log.metadata.comments == ["two", "lines"])
    #expect(log.metadata.endpoints == "10.0.0.1:50000 10.0.0.2:443")
  }

  // Every one of many connections with this ClientHello has them.
  @Test func `of many secrets for a ClientHello some are kept, each once`() throws {
    let random = (0..<32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let long = String(repeating: "00", count: 5000)
    let lines =
      ["A \(random) 00", "A \(random) 00", "B \(random) \(long)", "C \(random) 01"]
      + (0..<1000).map { "X\($0) \(random) 02" }
    let file =
      blocks.section() + blocks.interface() + blocks.secrets(lines.joined(separator: "\n"))
      + blocks.packet(packet(0, TestBytes.clientHello))
    let kept = try #require(try Capture(file).streams.first?.log).metadata.keyLog
    #expect(kept.prefix(3) == ["A \(random) 00", "C \(random) 01", "X0 \(random) 02"])
    #expect(kept.count == Set(kept).count && kept.reduce(0) { $0 + $1.utf8.count } <= 4096)
  }

  private func packet(_ offset: Int, _ bytes: [UInt8]) -> TestPacket {
    var dialogue = Dialogue()
    dialogue.client(bytes, at: offset)
    return dialogue.packets[0]
  }
}
