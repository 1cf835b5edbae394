@testable import MemoryTLSFlights
import Testing

@Suite struct FragmentTableTests {
  private let segment = Packets.tcp(ports: (1, 2), sequence: 1, Array(0..<60))

  @Test(arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [1, 1, 0, 2, 1]])
  func `fragments are put together in any order`(order: [Int]) throws {
    for pieces in [version4(), version6()] {
      let capture = try capture(order.map { pieces[$0] })
      #expect(capture.streams.map(\.byteCounts.clientToServer) == [60])
      #expect(capture.streams.map(\.packetCount) == [1])
      // A piece that comes twice, or again behind the whole, stays one.
      #expect(capture.skipped.fragments == order.count - 3)
    }
  }

  @Test func `fragments of packets that stay incomplete are counted`() throws {
    for pieces in [version4(), version6()] {
      let capture = try capture([pieces[0], pieces[2]])
      #expect(capture.streams.isEmpty && capture.skipped.fragments == 2)
    }
  }

  @Test func `fragments of different packets are told apart`() throws {
    let capture = try capture(
      [version4()[0], version4(identification: 8)[1], version4()[2], version6()[1]])
    #expect(capture.streams.isEmpty && capture.skipped.fragments == 4)
  }

  @Test func `a fragment that was not kept whole is no part of a packet`() throws {
    let packets = version4().map { TestPacket($0) }
    let file = CaptureBuilder.pcap([packets[0], packets[1].snapped(to: 30), packets[2]])
    #expect(try Capture(file).skipped.fragments == 3)
  }

  @Test func `overlapping fragments are put together, those in front first`() throws {
    let first = fragment4(0..<40, 7, isLast: false)
    let all = try capture([first, fragment4(32..<80, 7, isLast: true)])
    #expect(all.streams.map(\.byteCounts.clientToServer) == [60])
    let hole = try capture([
      fragment4(32..<80, 7, isLast: true), fragment4(24..<80, 7, isLast: true),
    ])
    #expect(hole.streams.isEmpty && hole.skipped.fragments == 2)
  }

  @Test func `very many packets that stay incomplete are given up`() throws {
    let pieces = (0..<3000).map { version4(identification: $0)[0] }
    let capture = try capture(pieces + version4(identification: 1))
    #expect(capture.streams.map(\.byteCounts.clientToServer) == [60])
  }

  private func capture(_ packets: [[UInt8]]) throws -> Capture {
    try Capture(CaptureBuilder.pcap(packets.map { TestPacket($0) }))
  }

  private func version4(identification: UInt16 = 7) -> [[UInt8]] {
    [0..<24, 24..<48, 48..<80].map { fragment4($0, identification, isLast: $0.upperBound == 80) }
  }

  private func fragment4(_ range: Range<Int>, _ identification: UInt16, isLast: Bool) -> [UInt8] {
    Packets.ipv4(
      Array(segment[range]), identification: identification,
      fragment: UInt16(range.lowerBound / 8) | (isLast ? 0 : 0x2000))
  }

  private func version6() -> [[UInt8]] {
    [0..<24, 24..<48, 48..<80].map { range in
      let field = UInt16(range.lowerBound) | (range.upperBound == 80 ? 0 : 1)
      let header = [6, 0] + Packets.numbers(field) + [1, 2, 3, 4]
      return Packets.ipv6(header + segment[range], next: 44)
    }
  }
}
