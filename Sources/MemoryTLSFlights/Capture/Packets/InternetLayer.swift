/// IP in both versions, down to the TCP segment in it.
enum InternetLayer {
  /// What a packet of TCP carries, and between whom.
  struct Payload {
    let source: IPAddress
    let destination: IPAddress
    var segment: Portion
  }

  static func payload(of packet: Portion) throws(Unread) -> Payload {
    switch packet.bytes.first.map({ $0 >> 4 }) {
    case 4: try version4(packet)
    case 6: try version6(packet)
    default: throw .malformed
    }
  }

  /// RFC 791 §3.1. Checksums are not looked at, because network cards fill them in after the capture.
  private static func version4(_ packet: Portion) throws(Unread) -> Payload {
    var rest = packet
    let header = Array(try rest.header(20).rest)
    let headerCount = Int(header[0] & 15) * 4
    let count = Int(header[2]) << 8 | Int(header[3])
    guard headerCount >= 20, rest.take(headerCount - 20) != nil else { throw .malformed }
    // 0 stands where the network card is to cut the packet ("segmentation offload").
    guard count == 0 || count >= headerCount else { throw .malformed }
    if count > 0 { rest.limit(to: count - headerCount) }
    // "More fragments", or an offset.
    guard header[6] & 0x3F | header[7] == 0 else { throw .fragment }
    guard header[9] == tcp else { throw .notTCP }
    return Payload(
      source: IPAddress(header[12..<16]), destination: IPAddress(header[16..<20]), segment: rest)
  }

  /// RFC 8200 §3.
  private static func version6(_ packet: Portion) throws(Unread) -> Payload {
    var rest = packet
    let header = Array(try rest.header(40).rest)
    let count = Int(header[4]) << 8 | Int(header[5])
    // 0 stands in packets that a network card is to cut, and in those that are too long for the field.
    if count > 0 { rest.limit(to: count) }
    var next = header[6]
    while next != tcp { next = try skipExtension(next, of: &rest) }
    return Payload(
      source: IPAddress(header[8..<24]), destination: IPAddress(header[24..<40]), segment: rest)
  }

  /// RFC 8200 §4, and RFC 4302 §2 for the authentication header.
  ///
  /// - Returns: what follows it.
  private static func skipExtension(
    _ type: UInt8, of rest: inout Portion
  ) throws(Unread) -> UInt8 {
    guard [hopByHop, routing, fragment, authentication, destinationOptions].contains(type) else {
      throw .notTCP
    }
    let start = Array(try rest.header(8).rest)
    if type == fragment {
      // A fragment that is all there is (RFC 6946).
      guard start[2] | start[3] & 0xF9 == 0 else { throw .fragment }
      return start[0]
    }
    let more = type == authentication ? Int(start[1]) * 4 : Int(start[1]) * 8
    guard rest.take(more) != nil else { throw .malformed }
    return start[0]
  }

  private static let hopByHop: UInt8 = 0
  private static let tcp: UInt8 = 6
  private static let routing: UInt8 = 43
  private static let fragment: UInt8 = 44
  private static let authentication: UInt8 = 51
  private static let destinationOptions: UInt8 = 60
}
