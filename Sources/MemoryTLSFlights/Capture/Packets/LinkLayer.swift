/// The headers below IP (<https://www.tcpdump.org/linktypes.html>).
enum LinkLayer {
  /// The IP packet in a captured one.
  static func internetPacket(in packet: CapturedPacket) throws(Unread) -> Portion {
    var portion = Portion(packet)
    switch packet.linkType {
    case 0, 108: try takeLoopbackHeader(off: &portion)
    case 1: try takeEthernetHeader(off: &portion)
    case 12, 14, 101, 228, 229: break
    case 113: try takeCookedHeader(off: &portion, size: 16, protocolAt: 14)
    case 276: try takeCookedHeader(off: &portion, size: 20, protocolAt: 0)
    default: throw .linkType
    }
    return portion
  }

  private static func takeEthernetHeader(off portion: inout Portion) throws(Unread) {
    var header = try portion.header(14)
    _ = header.bytes(12)
    try takeTags(off: &portion, etherType: header.number())
  }

  /// What Linux puts where interfaces have different headers ("cooked").
  private static func takeCookedHeader(
    off portion: inout Portion, size: Int, protocolAt place: Int
  ) throws(Unread) {
    var header = try portion.header(size)
    _ = header.bytes(place)
    try takeTags(off: &portion, etherType: header.number())
  }

  /// Any number of VLAN tags (IEEE 802.1Q and 802.1ad, and what was used before it).
  private static func takeTags(off portion: inout Portion, etherType: UInt16?) throws(Unread) {
    var etherType = etherType
    while [0x8100, 0x88A8, 0x9100].contains(etherType) {
      var tag = try portion.header(4)
      _ = tag.bytes(2)
      etherType = tag.number()
    }
    guard etherType == 0x0800 || etherType == 0x86DD else { throw .notTCP }
  }

  /// The address family in 4 bytes: for type 0 in the order of the machine that captured, which may
  /// have been any. IPv6 has another number on each system.
  private static func takeLoopbackHeader(off portion: inout Portion) throws(Unread) {
    var header = try portion.header(4)
    guard let family = header.number(UInt32.self) else { throw .malformed }
    guard [2, 10, 24, 28, 30].contains(min(family, family.byteSwapped)) else { throw .notTCP }
  }
}
