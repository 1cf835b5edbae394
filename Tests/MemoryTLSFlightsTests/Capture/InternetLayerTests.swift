@testable import MemoryTLSFlights
import Testing

@Suite struct InternetLayerTests {
  private let segment = Packets.tcp(ports: (1, 2), sequence: 1, [1, 2, 3])

  @Test func `options of IPv4 are skipped`() throws {
    let stream = try stream(Packets.ipv4(segment, options: [1, 1, 1, 0]))
    #expect(stream.endpoints == "10.0.0.1:1 10.0.0.2:2")
    #expect(stream.byteCounts.clientToServer == 3)
  }

  @Test func `options of TCP are skipped`() throws {
    let segment = Packets.tcp(ports: (1, 2), sequence: 1, options: [1, 1, 1, 1, 1, 1, 1, 0], [7])
    #expect(try stream(Packets.ipv4(segment)).byteCounts.clientToServer == 1)
  }

  @Test func `a length of 0 is that of the frame`() throws {
    let version4 = Packets.ipv4(segment, totalLength: 0)
    #expect(try stream(version4).byteCounts.clientToServer == 3)
    let version6 = Packets.ipv6(segment, payloadLength: 0)
    #expect(try stream(version6).byteCounts.clientToServer == 3)
  }

  @Test func `a length that is more than the frame's is the frame's`() throws {
    let stream = try stream(Packets.ipv4(segment, totalLength: 100))
    #expect(stream.byteCounts.clientToServer == 3 && stream.holes.isEmpty)
  }

  @Test func `extension headers of IPv6 are skipped`() throws {
    let options: [UInt8] = [60, 1] + Array(repeating: 0, count: 14)
    let routing: [UInt8] = [44, 0] + Array(repeating: 0, count: 6)
    let fragment: [UInt8] = [51, 0, 0, 0, 1, 2, 3, 4]
    let authentication: [UInt8] = [6, 4] + Array(repeating: 0, count: 22)
    let destination: [UInt8] = [43, 0] + Array(repeating: 0, count: 6)
    let headers = options + destination + routing + fragment + authentication
    let stream = try stream(Packets.ipv6(headers + segment, next: 0))
    #expect(stream.endpoints == "[fd00::1]:1 [fd00::2]:2")
    #expect(stream.byteCounts.clientToServer == 3)
  }

  @Test func `IP within IP is followed`() throws {
    let inner = Packets.ipv4(segment)
    let outer = Packets.ipv6(Packets.ipv4(Packets.ipv6(segment), number: 41), next: 4)
    #expect(
      try stream(Packets.ipv4(inner, from: [1, 1, 1, 1], number: 4)).endpoints.hasPrefix("10."))
    #expect(try stream(outer).endpoints == "[fd00::1]:1 [fd00::2]:2")
  }

  @Test func `other protocols are counted`() throws {
    for number in [1, 17, 58, 59, 132] as [UInt8] {
      #expect(try skipped(Packets.ipv4(segment, number: number)).notTCP == 1)
      #expect(try skipped(Packets.ipv6(segment, next: number)).notTCP == 1)
    }
  }

  @Test func `headers that contradict themselves are counted as malformed`() throws {
    let whole = Packets.ipv4(segment)
    let packets: [[UInt8]] = [
      [0x55] + whole.dropFirst(), [0x44] + whole.dropFirst(), [0x4F] + whole.dropFirst(),
      Packets.ipv4(segment, totalLength: 19), Packets.ipv6([6, 9] + segment, next: 60),
      Packets.ipv6([6, 255, 0, 0, 0, 0, 0, 0], next: 51), Packets.ipv6([], next: 0),
    ]
    for packet in packets { #expect(try skipped(packet).malformed == 1) }
  }

  @Test func `headers that are cut are counted as malformed`() throws {
    for count in 0..<40 {
      #expect(try skipped(Array(Packets.ipv4(segment).prefix(count))).malformed == 1)
    }
    for count in 0..<60 {
      #expect(try skipped(Array(Packets.ipv6(segment).prefix(count))).malformed == 1)
    }
  }

  @Test func `a header of TCP that is shorter than it can be carries nothing`() throws {
    var short = Packets.ipv4(segment)
    short[32] = 4 << 4
    #expect(try stream(short).byteCounts.clientToServer == 0)
    short[32] = 15 << 4
    #expect(try stream(short).byteCounts.clientToServer == 0)
  }

  @Test func `headers that nest without end are read to their end`() throws {
    let header: [UInt8] = [60, 0, 0, 0, 0, 0, 0, 0]
    let headers = Array(repeatElement(header, count: 8000).joined())
    #expect(try skipped(Packets.ipv6(headers, next: 60)).malformed == 1)
    var packet: [UInt8] = []
    for _ in 0..<2000 { packet = Packets.ipv4(packet, number: 4) }
    #expect(try skipped(packet).malformed == 1)
  }

  private func stream(_ packet: [UInt8]) throws -> CapturedStream {
    let capture = try Capture(CaptureBuilder.pcap([TestPacket(packet)]))
    #expect(capture.skipped.count == 0)
    return try #require(capture.streams.first)
  }

  private func skipped(_ packet: [UInt8]) throws -> Capture.Skipped {
    let capture = try Capture(CaptureBuilder.pcap([TestPacket(packet)]))
    #expect(capture.streams.isEmpty)
    return capture.skipped
  }
}
