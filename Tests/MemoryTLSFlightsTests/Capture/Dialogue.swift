import MemoryTLSTesting

import MemoryTLS
@testable import MemoryTLSFlights

/// Packets of a TCP connection that a test makes up, raw IPv4, each a second after the one before it.
///
/// Bytes stand at offsets in the stream of who sends them, so that a test sees what overlaps what.
struct Dialogue {
  var packets: [TestPacket] = []
  var ports: (client: UInt16, server: UInt16) = (50_000, 443)
  /// The initial sequence numbers.
  var starts: (client: UInt32, server: UInt32) = (1000, 5000)

  mutating func open() {
    client(flags: .synchronize, at: -1)
    server(flags: [.synchronize, .acknowledge], at: -1, acknowledging: 0)
    client(flags: .acknowledge, at: 0, acknowledging: 0)
  }

  mutating func client(
    _ bytes: [UInt8] = [], flags: TCPSegment.Flags = .acknowledge, at offset: Int,
    acknowledging: Int? = nil
  ) {
    add(bytes, .clientToServer, flags, offset, acknowledging)
  }

  mutating func server(
    _ bytes: [UInt8] = [], flags: TCPSegment.Flags = .acknowledge, at offset: Int,
    acknowledging: Int? = nil
  ) {
    add(bytes, .serverToClient, flags, offset, acknowledging)
  }

  /// The packets as a file of raw IP.
  var pcap: [UInt8] { CaptureBuilder.pcap(packets, linkType: 101) }

  private mutating func add(
    _ bytes: [UInt8], _ direction: Direction, _ flags: TCPSegment.Flags, _ offset: Int,
    _ acknowledging: Int?
  ) {
    let isClient = direction == .clientToServer
    func number(_ start: UInt32, _ offset: Int) -> UInt32 {
      start &+ 1 &+ UInt32(truncatingIfNeeded: offset)
    }
    let segment = Packets.tcp(
      ports: isClient ? ports : (ports.server, ports.client),
      sequence: number(isClient ? starts.client : starts.server, offset),
      acknowledgement: number(isClient ? starts.server : starts.client, acknowledging ?? 0),
      flags: flags, bytes)
    let (client, server): ([UInt8], [UInt8]) = ([10, 0, 0, 1], [10, 0, 0, 2])
    let packet = Packets.ipv4(
      segment, from: isClient ? client : server, to: isClient ? server : client)
    packets.append(TestPacket(packet, second: UInt32(packets.count + 1)))
  }
}

/// A packet for a file.
struct TestPacket {
  var bytes: [UInt8]
  /// How long it was on the wire.
  var originalCount: Int
  var second: UInt32

  init(_ bytes: [UInt8], originalCount: Int? = nil, second: UInt32 = 1) {
    (self.bytes, self.second) = (bytes, second)
    self.originalCount = originalCount ?? bytes.count
  }

  /// What a capture with a limit keeps.
  func snapped(to count: Int) -> TestPacket {
    TestPacket(Array(bytes.prefix(count)), originalCount: originalCount, second: second)
  }
}

/// Headers, with a checksum of 0 where nobody looks at it.
enum Packets {
  static func tcp(
    ports: (UInt16, UInt16), sequence: UInt32, acknowledgement: UInt32 = 0,
    flags: TCPSegment.Flags = .acknowledge, options: [UInt8] = [], _ payload: [UInt8] = []
  ) -> [UInt8] {
    numbers(ports.0, ports.1) + numbers(sequence, acknowledgement)
      + [UInt8(5 + options.count / 4) << 4, flags.rawValue, 255, 255, 0, 0, 0, 0] + options
      + payload
  }

  static func ipv4(
    _ payload: [UInt8], from source: [UInt8] = [10, 0, 0, 1],
    to destination: [UInt8] = [10, 0, 0, 2],
    number: UInt8 = 6, options: [UInt8] = [], totalLength: Int? = nil, identification: UInt16 = 7,
    fragment: UInt16 = 0
  ) -> [UInt8] {
    let count = 20 + options.count + payload.count
    var header: [UInt8] = [4 << 4 | UInt8(5 + options.count / 4), 0]
    header += numbers(UInt16(totalLength ?? count), identification, fragment)
    header += [64, number, 0, 0] + source + destination + options
    header.replaceSubrange(10..<12, with: numbers(Checksum.of(header)))
    return header + payload
  }

  static func ipv6(
    _ payload: [UInt8], from source: UInt8 = 1, to destination: UInt8 = 2, next: UInt8 = 6,
    payloadLength: Int? = nil
  ) -> [UInt8] {
    [6 << 4, 0, 0, 0] + numbers(UInt16(payloadLength ?? payload.count)) + [next, 64]
      + [0xFD] + Array(repeating: 0, count: 14) + [source]
      + [0xFD] + Array(repeating: 0, count: 14) + [destination] + payload
  }

  static func ethernet(_ packet: [UInt8], tags: [UInt16] = [], type: UInt16 = 0x0800) -> [UInt8] {
    Array(repeating: 2, count: 12) + tags.flatMap { numbers($0, 5) } + numbers(type) + packet
  }

  static func numbers<Number: FixedWidthInteger & UnsignedInteger>(_ list: Number...) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in list { bytes.append(number, .big) }
    return bytes
  }
}

/// Bytes that TLS begins with, and others.
enum TestBytes {
  /// A record with the shortest ClientHello there is: 52 bytes.
  static let clientHello = record(22, [1, 0, 0, 43] + hello + [0, 0, 2, 0x13, 1, 1, 0, 0, 0])
  /// A record with a ServerHello: 49 bytes.
  static let serverHello = record(22, [2, 0, 0, 40] + hello + [0, 0x13, 1, 0, 0, 0])
  /// A fatal alert: 7 bytes.
  static let alert = record(21, [2, 40])

  static func record(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [type, 3, 3] + Packets.numbers(UInt16(payload.count)) + payload
  }

  /// Bytes that look like nothing, other ones for each seed.
  static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var numbers = SplitMix64(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: numbers.next() >> 8) }
  }

  /// A version, and a random of 0 to 31.
  private static let hello: [UInt8] = [3, 3] + Array(0..<32)
}
