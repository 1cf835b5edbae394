/// A segment of TCP (RFC 9293 §3.1).
struct TCPSegment {
  let source: SocketAddress
  let destination: SocketAddress
  let sequence: UInt32
  /// Which byte is expected of the other side; nil if the segment does not say.
  let acknowledgement: UInt32?
  let flags: Flags
  /// What it carries.
  let payload: Portion

  struct Flags: OptionSet {
    let rawValue: UInt8

    static let finish = Flags(rawValue: 1)
    static let synchronize = Flags(rawValue: 2)
    static let reset = Flags(rawValue: 4)
    static let push = Flags(rawValue: 8)
    static let acknowledge = Flags(rawValue: 16)
  }

  init(_ internet: InternetLayer.Payload) throws(Unread) {
    var payload = internet.rest
    var header = try payload.header(20)
    guard let sourcePort = header.number(UInt16.self), let port = header.number(UInt16.self),
      let sequence = header.number(UInt32.self), let acknowledgement = header.number(UInt32.self),
      let size = header.number(UInt8.self).map({ Int($0 >> 4) * 4 }),
      let flags = header.number(UInt8.self).map(Flags.init(rawValue:))
    else { throw .malformed }
    // A header that is shorter than it can be carries nothing, but is one of its stream.
    payload.skip(size < 20 ? payload.count : size - 20)
    source = SocketAddress(address: internet.source, port: sourcePort)
    destination = SocketAddress(address: internet.destination, port: port)
    self.sequence = sequence
    self.acknowledgement = flags.contains(.acknowledge) ? acknowledgement : nil
    self.flags = flags
    self.payload = payload
  }
}
