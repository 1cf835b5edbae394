import MemoryTLS

/// Makes up the packets of a TCP connection around what its ends sent.
struct ConnectionWriter {
  private let endpoints: Endpoints
  private var sequences: [Direction: UInt32] = [.clientToServer: 0x1000, .serverToClient: 0x2000]
  private var packets = 0

  init(between endpoints: Endpoints) { self.endpoints = endpoints }

  /// The three packets that open it.
  mutating func open(_ write: ([UInt8]) -> Void) {
    write(packet(.clientToServer, .synchronize))
    write(packet(.serverToClient, [.synchronize, .acknowledge]))
    write(packet(.clientToServer, .acknowledge))
  }

  /// The segments of a flight, of which every second and the last is acknowledged.
  mutating func send(_ flight: Flight, _ write: ([UInt8]) -> Void) {
    var rest = flight.bytes[...]
    var isSecond = false
    while !rest.isEmpty {
      let piece = rest.prefix(largestPayload)
      rest = rest.dropFirst(piece.count)
      let flags: TCPSegment.Flags = rest.isEmpty ? [.push, .acknowledge] : .acknowledge
      write(packet(flight.direction, flags, piece))
      if isSecond || rest.isEmpty { write(packet(flight.direction.reversed, .acknowledge)) }
      isSecond.toggle()
    }
  }

  /// The three packets that close it.
  mutating func close(_ write: ([UInt8]) -> Void) {
    write(packet(.clientToServer, [.finish, .acknowledge]))
    write(packet(.serverToClient, [.finish, .acknowledge]))
    write(packet(.clientToServer, .acknowledge))
  }

  /// What Ethernet carries at most, without the headers of IP and TCP.
  private var largestPayload: Int { 1500 - 20 - (isVersion6 ? 40 : 20) }

  private var isVersion6: Bool { endpoints.client.address.bytes.count == 16 }
}

// MARK: - Headers

extension ConnectionWriter {
  /// An Ethernet frame with one segment; the next ones go on from it.
  private mutating func packet(
    _ direction: Direction, _ flags: TCPSegment.Flags, _ payload: ArraySlice<UInt8> = []
  ) -> [UInt8] {
    let (source, destination) = (
      endpoints.sender(of: direction), endpoints.sender(of: direction.reversed)
    )
    var segment = header(direction, flags) + payload
    let addresses = source.address.bytes + destination.address.bytes
    let sum = Checksum.of(addresses + [0, 6] + bigEndian(UInt32(segment.count)) + segment)
    segment.replaceSubrange(16..<18, with: bigEndian(sum))
    let isCounted = !flags.isDisjoint(with: [.synchronize, .finish])
    sequences[direction, default: 0] &+= UInt32(payload.count) + (isCounted ? 1 : 0)
    packets += 1
    return ethernetHeader(direction) + internetHeader(addresses, segment.count) + segment
  }

  /// RFC 9293 §3.1, with a checksum of 0. A SYN says how long segments may be.
  private func header(_ direction: Direction, _ flags: TCPSegment.Flags) -> [UInt8] {
    let isStart = flags.contains(.synchronize)
    let acknowledged =
      flags.contains(.acknowledge) ? sequences[direction.reversed, default: 0] : 0
    return bigEndian(endpoints.sender(of: direction).port)
      + bigEndian(endpoints.sender(of: direction.reversed).port)
      + bigEndian(sequences[direction, default: 0]) + bigEndian(acknowledged)
      + [isStart ? 6 << 4 : 5 << 4, flags.rawValue] + bigEndian(UInt16.max) + [0, 0, 0, 0]
      + (isStart ? [2, 4] + bigEndian(UInt16(largestPayload)) : [])
  }

  /// RFC 791 §3.1 (not to be fragmented), or RFC 8200 §3.
  private func internetHeader(_ addresses: [UInt8], _ count: Int) -> [UInt8] {
    if isVersion6 {
      return [6 << 4, 0, 0, 0] + bigEndian(UInt16(count)) + [6, hopLimit] + addresses
    }
    let identification = bigEndian(UInt16(truncatingIfNeeded: packets))
    var header: [UInt8] = [4 << 4 | 5, 0] + bigEndian(UInt16(20 + count)) + identification
    header += [0x40, 0, hopLimit, 6, 0, 0] + addresses
    header.replaceSubrange(10..<12, with: bigEndian(Checksum.of(header)))
    return header
  }

  /// Locally administered addresses, that of the receiver first.
  private func ethernetHeader(_ direction: Direction) -> [UInt8] {
    let (client, server): ([UInt8], [UInt8]) = ([2, 0, 0, 0, 0, 1], [2, 0, 0, 0, 0, 2])
    let addresses = direction == .clientToServer ? server + client : client + server
    return addresses + (isVersion6 ? [0x86, 0xDD] : [0x08, 0x00])
  }

  private var hopLimit: UInt8 { 64 }

  private func bigEndian(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(number, .big)
    return bytes
  }
}

/// The checksum of IP and TCP (RFC 1071).
enum Checksum {
  static func of(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      sum += index.isMultiple(of: 2) ? UInt64(byte) << 8 : UInt64(byte)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
  }
}
