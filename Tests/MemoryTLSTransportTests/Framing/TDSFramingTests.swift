import MemoryTLSTransport
import Testing

@Suite struct TDSFramingTests {
  private let framing = TDSFraming()

  // MS-TDS §2.2.3.1: type (0x12 is pre-login), status (0x01 is the end of a message), length, process,
  // number and window. §2.2.3.1.3: "Length is the size of the packet including the 8 bytes in the
  // packet header."
  @Test func `a packet is a header of eight bytes and the payload`() throws {
    let packet: [UInt8] = [0x12, 0x01, 0x00, 0x0A, 0x00, 0x00, 0x01, 0x00, 0xAB, 0xCD]
    #expect(framing.encoding([[0xAB, 0xCD]]) == packet)
    #expect(try framing.decoding(packet).payloads == [[0xAB, 0xCD]])
  }

  @Test func `only the last packet of a message says that it ends`() {
    let packets = framing.encoding([pattern(4088), pattern(4088), [1]]).packets.packets
    #expect(packets.map(\.status) == [0, 0, 1] && packets.map(\.id) == [1, 2, 3])
    #expect(packets.map(\.payload.count) == [4088, 4088, 1])
  }

  @Test func `the next message is numbered from one again`() {
    var framing = framing
    var wire: [UInt8] = []
    for place in [FramePlace.inside, .endOfFlight, .endOfFlight, .inside] {
      framing.encode(([1] as [UInt8]).span, place, into: &wire)
    }
    #expect(wire.packets.packets.map(\.id) == [1, 2, 1, 1])
  }

  // MS-TDS §2.2.3.1.5: "Each time packet data is sent, the value of PacketID is incremented by 1,
  // modulo 256."
  @Test func `packets are numbered modulo 256`() {
    let ids = framing.encoding([[UInt8]](repeating: [1], count: 600)).packets.packets.map(\.id)
    #expect(ids == (1...600).map { UInt8($0 % 256) })
  }

  @Test func `process, number and window of the peer do not matter`() throws {
    let packet: [UInt8] = [0x12, 0x00, 0x00, 0x09, 0x12, 0x34, 0xFE, 0x99, 0x77]
    #expect(try framing.decoding(packet).payloads == [[0x77]])
    #expect(try framing.decoding([0x12, 1, 0, 8, 0, 0, 0, 0]).payloads == [[]])
  }

  @Test(
    arguments: [
      ([0x04, 1, 0, 9], "TDS packet of type 0x4, not 0x12"),
      ([0x16, 3, 1, 2], "TDS packet of type 0x16, not 0x12"),
      ([0x12, 2, 0, 9], "TDS packet with status 0x2, not 0x0 or 0x1"),
      ([0x12, 9, 0, 9], "TDS packet with status 0x9, not 0x0 or 0x1"),
      ([0x12, 1, 0, 0], "TDS packet of 0 bytes, less than its header of 8"),
      ([0x12, 1, 0, 7], "TDS packet of 7 bytes, less than its header of 8"),
    ] as [([UInt8], String)])
  func `everything else is refused`(start: [UInt8], reason: String) {
    #expect(throws: FramingError.malformed(reason)) {
      try framing.decoding(start + [0, 0, 1, 0, 0])
    }
  }

  @Test(arguments: [0x1001, 0xFFFF] as [UInt16])
  func `a packet of more than 4096 bytes is refused`(length: UInt16) throws {
    let header = [0x12, 1, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0, 1, 0]
    #expect(throws: FramingError.oversized(length: Int(length), limit: 4096)) {
      try framing.decoding(header)
    }
    #expect(framing.largestFrame == 4096 && framing.largestPayload == 4088)
    #expect(framing.encoding([pattern(4088)]).prefix(4) == [0x12, 0x01, 0x10, 0x00])
    #expect(framing.scope == .handshake)
  }
}

/// A packet as a strict reader sees it.
struct TDSPacket {
  let status: UInt8
  let id: UInt8
  let payload: [UInt8]
}

extension [UInt8] {
  /// The pre-login packets at the front, and what travels raw behind them. A header that is not as it
  /// has to be ends the packets.
  var packets: (packets: [TDSPacket], raw: [UInt8]) {
    var rest = self[...]
    var packets: [TDSPacket] = []
    while rest.count >= 8 {
      let header = [UInt8](rest.prefix(8))
      let length = Int(header[2]) << 8 | Int(header[3])
      guard header[0] == 0x12, header[1] <= 1, (9...4096).contains(length), rest.count >= length,
        header[4] == 0, header[5] == 0, header[7] == 0
      else { break }
      packets.append(
        TDSPacket(
          status: header[1], id: header[6], payload: [UInt8](rest.prefix(length).dropFirst(8))))
      rest = rest.dropFirst(length)
    }
    return (packets, [UInt8](rest))
  }
}
