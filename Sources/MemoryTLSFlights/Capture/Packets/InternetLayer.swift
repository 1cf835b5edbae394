/// IP in both versions, down to the TCP segment in it; also IP within IP.
struct InternetLayer {
  private var fragments = FragmentTable()

  /// What a packet of TCP carries, and between whom.
  struct Payload {
    var source = IPAddress([])
    var destination = IPAddress([])
    /// What comes next: the number of a protocol.
    var next: Next
    var rest: Portion
  }

  /// Numbers of protocols (<https://www.iana.org/assignments/protocol-numbers>).
  enum Next: UInt8 {
    case hopByHop = 0
    case version4 = 4
    case tcp = 6
    case version6 = 41
    case routing = 43
    case fragment = 44
    case authentication = 51
    case destinationOptions = 60
  }

  /// Takes header after header off a packet until TCP comes. Each takes bytes, so that there is an end.
  mutating func payload(of packet: LinkLayer.Packet) throws(Unread) -> Payload {
    var payload = Payload(next: packet.version, rest: packet.portion)
    while payload.next != .tcp {
      switch payload.next {
      case .version4: try takeVersion4(off: &payload)
      case .version6: try payload.takeVersion6()
      case .fragment: try takeFragmentHeader(off: &payload)
      default: try payload.takeExtension()
      }
    }
    return payload
  }

  /// RFC 791 §3.1. Checksums are not looked at, because network cards fill them in after the capture.
  private mutating func takeVersion4(off payload: inout Payload) throws(Unread) {
    let header = Array(try payload.rest.header(20).rest)
    let headerCount = Int(header[0] & 15) * 4
    guard header[0] >> 4 == 4, headerCount >= 20, payload.rest.take(headerCount - 20) != nil else {
      throw .malformed
    }
    let count = Int(header[2]) << 8 | Int(header[3])
    // 0 stands where the network card is to cut the packet ("segmentation offload").
    guard count == 0 || count >= headerCount else { throw .malformed }
    if count > 0 { payload.rest.limit(to: count - headerCount) }
    payload.source = IPAddress(header[12..<16])
    payload.destination = IPAddress(header[16..<20])
    let fragment = FragmentTable.Fragment(
      identification: UInt32(header[4]) << 8 | UInt32(header[5]),
      offset: (Int(header[6] & 0x1F) << 8 | Int(header[7])) * 8, isLast: header[6] & 0x20 == 0)
    try fragments.complete(&payload, with: fragment, of: header[9])
    try payload.go(on: header[9])
  }

  /// RFC 8200 §4.5.
  private mutating func takeFragmentHeader(off payload: inout Payload) throws(Unread) {
    let header = Array(try payload.rest.header(8).rest)
    let fragment = FragmentTable.Fragment(
      identification: header[4...].reduce(0) { $0 << 8 | UInt32($1) },
      offset: Int(header[2]) << 8 | Int(header[3] & 0xF8), isLast: header[3] & 1 == 0)
    try fragments.complete(&payload, with: fragment, of: header[0])
    try payload.go(on: header[0])
  }

  /// How many fragments became parts of whole packets, but for the last of each.
  var joinedCount: Int { fragments.joinedCount }
}

extension InternetLayer.Payload {
  fileprivate mutating func go(on number: UInt8) throws(Unread) {
    guard let next = InternetLayer.Next(rawValue: number) else { throw .notTCP }
    self.next = next
  }

  /// RFC 8200 §3.
  fileprivate mutating func takeVersion6() throws(Unread) {
    let header = Array(try rest.header(40).rest)
    guard header[0] >> 4 == 6 else { throw .malformed }
    let count = Int(header[4]) << 8 | Int(header[5])
    // 0 stands in packets that a network card is to cut, and in those that are too long for the field.
    if count > 0 { rest.limit(to: count) }
    source = IPAddress(header[8..<24])
    destination = IPAddress(header[24..<40])
    try go(on: header[6])
  }

  /// RFC 8200 §4, and RFC 4302 §2 for the authentication header, which counts in other units.
  fileprivate mutating func takeExtension() throws(Unread) {
    let start = Array(try rest.header(8).rest)
    let more = Int(start[1]) * (next == .authentication ? 4 : 8)
    guard rest.take(more) != nil else { throw .malformed }
    try go(on: start[0])
  }
}
