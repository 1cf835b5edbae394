/// The format of tcpdump (draft-ietf-opsawg-pcap): a header, and a record for each packet.
struct PcapFile: PacketFile {
  private var fields: Fields
  private let linkType: UInt16
  private let nanosecondsPerTick: Int64

  let keyLog: [String] = []
  let comments: [String] = []

  /// Reads the header.
  init(_ bytes: [UInt8]) throws(CaptureError) {
    guard let (order, nanosecondsPerTick) = Self.format(of: bytes) else {
      throw CaptureError(offset: 0, reason: "no magic number of pcap")
    }
    fields = Fields(bytes[...], order)
    self.nanosecondsPerTick = nanosecondsPerTick
    guard var header = fields.bytes(24).map({ Fields($0, order) }), header.length() != nil,
      let major = header.number(UInt16.self), let minor = header.number(UInt16.self),
      header.bytes(12) != nil, let linkField = header.number(UInt32.self)
    else {
      throw CaptureError(offset: 0, reason: "header of 24 bytes is cut to \(bytes.count)")
    }
    guard major == 2 else {
      throw CaptureError(offset: 0, reason: "version \(major).\(minor) of pcap, where 2.4 is known")
    }
    // The upper half says how long the check sequence behind a frame is, which IP's length cuts off.
    linkType = UInt16(truncatingIfNeeded: linkField)
  }

  mutating func next() throws(CaptureError) -> CapturedPacket? {
    guard !fields.rest.isEmpty else { return nil }
    let start = fields.rest.startIndex
    guard let seconds = fields.number(UInt32.self), let ticks = fields.number(UInt32.self),
      let count = fields.length(), let originalCount = fields.length()
    else {
      let left = fields.rest.endIndex - start
      throw CaptureError(offset: start, reason: "packet's header of 16 bytes is cut to \(left)")
    }
    guard let bytes = fields.bytes(count) else {
      let left = fields.rest.count
      throw CaptureError(
        offset: start, reason: "packet says it has \(count) bytes where \(left) are left")
    }
    let time = Timestamp(
      seconds: seconds, carrying: UInt64(ticks) * UInt64(nanosecondsPerTick))
    return CapturedPacket(
      linkType: linkType, bytes: bytes, originalCount: max(count, originalCount), time: time)
  }

  /// What the magic number says; nil if it is another.
  static func format(of bytes: [UInt8]) -> (ByteOrder, nanosecondsPerTick: Int64)? {
    switch Array(bytes.prefix(4)) {
    case [0xA1, 0xB2, 0xC3, 0xD4]: (.big, 1000)
    case [0xD4, 0xC3, 0xB2, 0xA1]: (.little, 1000)
    case [0xA1, 0xB2, 0x3C, 0x4D]: (.big, 1)
    case [0x4D, 0x3C, 0xB2, 0xA1]: (.little, 1)
    default: nil
    }
  }
}
