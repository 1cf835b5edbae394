/// Writes the format of tcpdump, with nanoseconds.
enum PcapWriter {
  /// Version 2.4, packets kept whole, Ethernet.
  static var header: [UInt8] {
    var bytes: [UInt8] = []
    for number in [0xA1B2_3C4D, 4 << 16 | 2, 0, 0, 1 << 18, 1] as [UInt32] {
      bytes.append(number, .little)
    }
    return bytes
  }

  static func append(_ packet: [UInt8], at nanoseconds: UInt64, to file: inout [UInt8]) {
    let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
    file.append(UInt32(clamping: seconds), .little)
    file.append(UInt32(rest), .little)
    file.append(UInt32(packet.count), .little)
    file.append(UInt32(packet.count), .little)
    file += packet
  }
}

/// Writes the format of Wireshark: one section with one interface, secrets before packets.
enum PcapngWriter {
  /// Everything before the packets.
  static func header(with metadata: FlightLog.Metadata) -> [UInt8] {
    section(metadata.comments) + interface + secrets(metadata.keyLog)
  }

  static func append(_ packet: [UInt8], at nanoseconds: UInt64, to file: inout [UInt8]) {
    var body: [UInt8] = []
    let numbers = [nanoseconds >> 32, nanoseconds & 0xFFFF_FFFF].map(UInt32.init)
    for number in [0] + numbers + [UInt32(packet.count), UInt32(packet.count)] {
      body.append(number, .little)
    }
    file += block(.enhancedPacket, body + padded(packet))
  }

  /// Version 1.0, of unknown length, with comments (1).
  private static func section(_ comments: [String]) -> [UInt8] {
    var body: [UInt8] = []
    body.append(0x1A2B_3C4D as UInt32, .little)
    body.append(1 as UInt32, .little)
    body.append(UInt64.max, .little)
    let options = comments.map { option(1, optionText($0)) }
    return block(.section, body + options.joined() + endOfOptions(options.isEmpty))
  }

  /// Ethernet, packets kept whole, time in nanoseconds (if_tsresol).
  private static var interface: [UInt8] {
    block(.interface, [1, 0, 0, 0, 0, 0, 0, 0] + option(9, [9]) + endOfOptions(false))
  }

  private static func secrets(_ lines: [String]) -> [UInt8] {
    guard !lines.isEmpty else { return [] }
    let text = Array(lines.map { $0 + "\n" }.joined().utf8)
    var body: [UInt8] = []
    body.append(PcapngBlock.tlsKeyLog, .little)
    body.append(UInt32(clamping: text.count), .little)
    return block(.secrets, body + padded(text))
  }

  private static func block(_ type: PcapngBlock.Kind, _ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    let count = UInt32(clamping: 12 + body.count)
    bytes.append(type.rawValue, .little)
    bytes.append(count, .little)
    bytes += body
    bytes.append(count, .little)
    return bytes
  }

  private static func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(code, .little)
    bytes.append(UInt16(clamping: value.count), .little)
    return bytes + padded(value)
  }

  /// The characters that fit behind a length of two bytes; the others are left out.
  private static func optionText(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    var end = min(bytes.count, Int(UInt16.max))
    // Bytes 10xxxxxx go on with a character.
    while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    bytes.removeSubrange(end...)
    return bytes
  }

  private static func endOfOptions(_ isLeftOut: Bool) -> [UInt8] { isLeftOut ? [] : [0, 0, 0, 0] }

  private static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + Array(repeating: 0, count: -bytes.count & 3)
  }
}

extension [UInt8] {
  /// Puts a number at the end.
  mutating func append(_ number: some FixedWidthInteger & UnsignedInteger, _ order: ByteOrder) {
    let size = number.bitWidth / 8
    for index in 0..<size {
      let place = order == .big ? size - 1 - index : index
      append(UInt8(truncatingIfNeeded: number >> (8 * place)))
    }
  }
}
