/// The headers below IP (<https://www.tcpdump.org/linktypes.html>).
enum LinkLayer {
  /// An IP packet.
  struct Packet {
    let version: InternetLayer.Next
    let portion: Portion
  }

  /// The IP packet in a captured one.
  static func internetPacket(in packet: CapturedPacket) throws(Unread) -> Packet {
    var portion = Portion(packet)
    let version: InternetLayer.Next =
      switch packet.linkType {
      case 0, 108: try takeLoopbackHeader(off: &portion)
      case 1: try takeHeader(of: 14, etherTypeAt: 12, off: &portion)
      // Raw IP: 101 in files, and what 12 and 14 stand for on some systems.
      case 12, 14, 101: portion.bytes.first.map { $0 >> 4 } == 6 ? .version6 : .version4
      case 113: try takeHeader(of: 16, etherTypeAt: 14, off: &portion)
      case 228: .version4
      case 229: .version6
      case 276: try takeHeader(of: 20, etherTypeAt: 0, off: &portion)
      default: throw .linkType
      }
    return Packet(version: version, portion: portion)
  }

  /// Ethernet, or what Linux puts where interfaces have different headers ("cooked"), with any number
  /// of VLAN tags (IEEE 802.1Q and 802.1ad, and what was used before it).
  private static func takeHeader(
    of size: Int, etherTypeAt place: Int, off portion: inout Portion
  ) throws(Unread) -> InternetLayer.Next {
    var header = try portion.header(size)
    _ = header.bytes(place)
    var etherType = header.number(UInt16.self)
    while [0x8100, 0x88A8, 0x9100].contains(etherType) {
      var tag = try portion.header(4)
      _ = tag.bytes(2)
      etherType = tag.number()
    }
    switch etherType {
    case 0x0800: return .version4
    case 0x86DD: return .version6
    default: throw .notTCP
    }
  }

  /// The address family in 4 bytes: for type 0 in the order of the machine that captured, which may
  /// have been any. IPv6 has another number on each system.
  private static func takeLoopbackHeader(
    off portion: inout Portion
  ) throws(Unread) -> InternetLayer.Next {
    var header = try portion.header(4)
    let family = header.number(UInt32.self) ?? 0
    switch min(family, family.byteSwapped) {
    case 2: return .version4
    case 10, 24, 28, 30: return .version6
    default: throw .notTCP
    }
  }
}
