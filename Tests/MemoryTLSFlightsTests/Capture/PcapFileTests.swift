@testable import MemoryTLSFlights
import Testing

@Suite struct PcapFileTests {
  @Test(arguments: [ByteOrder.little, .big])
  func `both byte orders are read, with microseconds`(order: ByteOrder) throws {
    let file = CaptureBuilder.pcap(packets, order: order, ticks: 7)
    let capture = try Capture(file)
    #expect(capture.packetCount == 2 && capture.damage == nil && capture.skipped.count == 0)
    #expect(capture.streams.map(\.byteCounts.clientToServer) == [3])
    #expect(capture.streams.first?.firstTime?.description == "1.000007000")
  }

  @Test(arguments: [ByteOrder.little, .big])
  func `both byte orders are read, with nanoseconds`(order: ByteOrder) throws {
    let file = CaptureBuilder.pcap(packets, order: order, magic: 0xA1B2_3C4D, ticks: 7)
    #expect(try Capture(file).streams.first?.firstTime?.description == "1.000000007")
  }

  @Test func `more ticks than a second has are carried`() throws {
    let file = CaptureBuilder.pcap(packets, ticks: .max)
    #expect(try Capture(file).streams.first?.firstTime?.description == "4295.967295000")
  }

  // The upper bits say how long a check sequence is.
  @Test func `a length of check sequences is no part of the link type`() throws {
    let file = CaptureBuilder.pcap(packets, linkType: 0x2400_0065)
    #expect(try Capture(file).streams.count == 1)
  }

  @Test func `a file without packets has no streams`() throws {
    let capture = try Capture(CaptureBuilder.pcap([]))
    #expect(capture.packetCount == 0 && capture.streams.isEmpty && capture.damage == nil)
  }

  @Test func `what is no capture is refused`() {
    for bytes in [[], [1], Array("GET / HTTP/1.1".utf8), [0xA1, 0xB2, 0xC3]] as [[UInt8]] {
      #expect(!Capture.isCapture(bytes))
      #expect(throws: CaptureError(offset: 0, reason: "no magic number of pcap")) {
        try Capture(bytes)
      }
    }
    #expect(Capture.isCapture(CaptureBuilder.pcap([])))
  }

  @Test func `a header that is cut, or of another version, is refused`() {
    let file = CaptureBuilder.pcap(packets)
    for count in 4..<24 {
      let reason = "header of 24 bytes is cut to \(count)"
      #expect(throws: CaptureError(offset: 0, reason: reason)) {
        try Capture(Array(file.prefix(count)))
      }
    }
    let other = file.prefix(4) + [3, 0, 1, 0] + file.dropFirst(8)
    #expect(
      throws: CaptureError(offset: 0, reason: "version 3.1 of pcap, where 2.4 is known")
    ) { try Capture(Array(other)) }
  }

  @Test func `a file that ends within a packet keeps those before, and says where it ends`() throws
  {
    let file = CaptureBuilder.pcap(packets)
    let second = 24 + 16 + packets[0].bytes.count
    for count in second + 1..<file.count {
      let capture = try Capture(Array(file.prefix(count)))
      #expect(capture.packetCount == 1 && capture.streams.count == 1)
      #expect(capture.damage?.offset == second)
    }
    let damage = try Capture(Array(file.dropLast(2))).damage
    #expect(damage?.description == "packet says it has 43 bytes where 41 are left, at offset 80")
  }

  @Test func `a packet that is too long for its file is damage, whatever its length`() throws {
    var file = CaptureBuilder.pcap(packets)
    for length in [44, 1 << 16, .max] as [UInt32] {
      let place = 24 + 16 + packets[0].bytes.count + 8
      var bytes: [UInt8] = []
      bytes.append(length, .little)
      file.replaceSubrange(place..<place + 4, with: bytes)
      let damage = try Capture(file).damage
      #expect(damage?.reason == "packet says it has \(length) bytes where 43 are left")
    }
  }

  @Test func `a fault before the end of the first packet is thrown`() {
    let file = CaptureBuilder.pcap(packets)
    let reason = "packet says it has 40 bytes where 6 are left"
    #expect(throws: CaptureError(offset: 24, reason: reason)) { try Capture(Array(file[..<46])) }
  }

  private let packets: [TestPacket] = {
    var dialogue = Dialogue()
    dialogue.client(flags: .synchronize, at: -1)
    dialogue.client([1, 2, 3], at: 0)
    return dialogue.packets
  }()
}
