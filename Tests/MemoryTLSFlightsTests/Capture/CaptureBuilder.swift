@testable import MemoryTLSFlights

/// Writes capture files in all their variants, for tests to read.
enum CaptureBuilder {
  static func pcap(
    _ packets: [TestPacket], linkType: UInt32 = 101, order: ByteOrder = .little,
    magic: UInt32 = 0xA1B2_C3D4, ticks: UInt32 = 0
  ) -> [UInt8] {
    var file: [UInt8] = []
    for number in [magic] { file.append(number, order) }
    for number in [2, 4] as [UInt16] { file.append(number, order) }
    for number in [0, 0, 65535, linkType] { file.append(number, order) }
    for packet in packets {
      let counts = [UInt32(packet.bytes.count), UInt32(packet.originalCount)]
      for number in [packet.second, ticks] + counts { file.append(number, order) }
      file += packet.bytes
    }
    return file
  }

  /// A section header, an interface of raw IP, and packets.
  static func pcapng(_ packets: [TestPacket], order: ByteOrder = .little) -> [UInt8] {
    let blocks = Pcapng(order: order)
    return blocks.section() + blocks.interface() + packets.flatMap { blocks.packet($0) }
  }

  /// Blocks of pcapng in an order of bytes.
  struct Pcapng {
    var order = ByteOrder.little

    func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
      let count = UInt32(12 + body.count)
      return words(type, count) + body + words(count)
    }

    func section(_ options: [UInt8] = []) -> [UInt8] {
      block(0x0A0D_0D0A, words(0x1A2B_3C4D) + halves(1, 0) + words(.max, .max) + options)
    }

    func interface(
      _ linkType: UInt16 = 101, snapLength: UInt32 = 0, _ options: [UInt8] = []
    ) -> [UInt8] {
      block(1, halves(linkType, 0) + words(snapLength) + options)
    }

    /// An enhanced packet at a number of ticks, a million a second if none are given.
    func packet(
      _ packet: TestPacket, of interface: UInt32 = 0, ticks: UInt64? = nil, _ options: [UInt8] = []
    ) -> [UInt8] {
      block(6, words(interface) + body(packet, ticks) + options)
    }

    /// The block that was before the enhanced one.
    func oldPacket(_ packet: TestPacket, of interface: UInt16 = 0) -> [UInt8] {
      block(2, halves(interface, 3) + body(packet, nil))
    }

    func simplePacket(_ packet: TestPacket) -> [UInt8] {
      block(3, words(UInt32(packet.originalCount)) + padded(packet.bytes))
    }

    func secrets(_ text: String, type: UInt32 = 0x544C_534B) -> [UInt8] {
      block(10, words(type, UInt32(text.utf8.count)) + padded(Array(text.utf8)))
    }

    func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
      halves(code, UInt16(value.count)) + padded(value)
    }

    func words(_ numbers: UInt32...) -> [UInt8] { bytes(numbers) }

    func halves(_ numbers: UInt16...) -> [UInt8] { bytes(numbers) }

    func padded(_ bytes: [UInt8]) -> [UInt8] {
      bytes + Array(repeating: 0, count: -bytes.count & 3)
    }

    private func body(_ packet: TestPacket, _ ticks: UInt64?) -> [UInt8] {
      let ticks = ticks ?? UInt64(packet.second) * 1_000_000
      return words(UInt32(ticks >> 32), UInt32(ticks & 0xFFFF_FFFF))
        + words(UInt32(packet.bytes.count), UInt32(packet.originalCount)) + padded(packet.bytes)
    }

    private func bytes(_ numbers: [some FixedWidthInteger & UnsignedInteger]) -> [UInt8] {
      var bytes: [UInt8] = []
      for number in numbers { bytes.append(number, order) }
      return bytes
    }
  }
}
