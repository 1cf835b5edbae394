@testable import MemoryTLSFlights
import Testing

@Suite struct LinkLayerTests {
  private static let segment = Packets.tcp(ports: (1, 2), sequence: 1, [1, 2, 3])
  private let version4 = Packets.ipv4(Self.segment)
  private let version6 = Packets.ipv6(Self.segment)

  @Test func `Ethernet is read, and what fills a short frame up is not`() throws {
    let padding = Array(repeating: 9, count: 18) as [UInt8]
    try expectStream(1, Packets.ethernet(version4) + padding)
    try expectStream(1, Packets.ethernet(version6, type: 0x86DD) + padding)
  }

  @Test(arguments: [[0x8100], [0x88A8, 0x8100], [0x9100, 0x8100, 0x8100]] as [[UInt16]])
  func `VLAN tags are skipped`(tags: [UInt16]) throws {
    try expectStream(1, Packets.ethernet(version4, tags: tags))
    try expectStream(1, Packets.ethernet(version6, tags: tags, type: 0x86DD))
    let cooked: [UInt8] = Array(repeating: 0, count: 14)
    let tagged = Packets.ethernet(version4, tags: tags).dropFirst(12)
    try expectStream(113, cooked + tagged)
  }

  @Test func `Linux cooked frames of both versions are read`() throws {
    let first: [UInt8] = Array(repeating: 1, count: 14)
    try expectStream(113, first + [0x08, 0] + version4)
    try expectStream(113, first + [0x86, 0xDD] + version6)
    let second: [UInt8] = Array(repeating: 1, count: 18)
    try expectStream(276, [0x08, 0] + second + version4)
    try expectStream(276, [0x86, 0xDD] + second + version6)
  }

  @Test func `raw IP is read under all its numbers`() throws {
    for type in [12, 14, 101] as [UInt32] {
      try expectStream(type, version4)
      try expectStream(type, version6)
    }
    try expectStream(228, version4)
    try expectStream(229, version6)
    #expect(try skipped(228, version6).malformed == 1)
    #expect(try skipped(229, version4).malformed == 1)
  }

  @Test func `BSD loopback is read in both byte orders`() throws {
    for type in [0, 108] as [UInt32] {
      try expectStream(type, [0, 0, 0, 2] + version4)
      try expectStream(type, [2, 0, 0, 0] + version4)
      for family in [10, 24, 28, 30] as [UInt8] {
        try expectStream(type, [0, 0, 0, family] + version6)
        try expectStream(type, [family, 0, 0, 0] + version6)
      }
      #expect(try skipped(type, [0, 0, 0, 7] + version4).notTCP == 1)
    }
  }

  @Test func `other protocols are counted`() throws {
    #expect(try skipped(1, Packets.ethernet(version4, type: 0x0806)).notTCP == 1)
    #expect(try skipped(1, Packets.ethernet(version4, tags: [0x8100], type: 60)).notTCP == 1)
    #expect(try skipped(127, version4).linkTypes == [127: 1])
    #expect(try skipped(127, version4).count == 1)
  }

  @Test func `headers that are cut are counted as malformed`() throws {
    let frames: [(UInt32, [UInt8])] = [
      (0, [0, 0, 0, 2]), (1, Packets.ethernet([], tags: [0x8100])),
      (113, Array(repeating: 0, count: 16)), (276, Array(repeating: 0, count: 20)), (101, []),
    ]
    for (type, frame) in frames {
      for count in 0..<max(1, frame.count) {
        #expect(try skipped(type, Array(frame.prefix(count))).malformed == 1)
      }
    }
  }

  private func expectStream(
    _ linkType: UInt32, _ frame: [UInt8], at location: SourceLocation = #_sourceLocation
  ) throws {
    let capture = try Capture(CaptureBuilder.pcap([TestPacket(frame)], linkType: linkType))
    let counts = capture.streams.map(\.byteCounts.clientToServer)
    #expect(counts == [3] && capture.streams[0].holes.isEmpty, sourceLocation: location)
  }

  private func skipped(_ linkType: UInt32, _ frame: [UInt8]) throws -> Capture.Skipped {
    let capture = try Capture(CaptureBuilder.pcap([TestPacket(frame)], linkType: linkType))
    #expect(capture.streams.isEmpty && capture.packetCount == 1)
    return capture.skipped
  }
}
