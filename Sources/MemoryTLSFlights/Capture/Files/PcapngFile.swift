/// The format of Wireshark (draft-ietf-opsawg-pcapng): blocks, in sections that each have a byte order
/// and interfaces of their own.
struct PcapngFile: PacketFile {
  private var fields: Fields
  private var interfaces: [PcapngInterface] = []
  private(set) var keyLog: [String] = []
  private(set) var comments: [String] = []

  init(_ bytes: [UInt8]) throws(CaptureError) {
    guard Self.isBegun(by: bytes) else {
      throw CaptureError(offset: 0, reason: "no section header of pcapng")
    }
    fields = Fields(bytes[...])
  }

  static func isBegun(by bytes: [UInt8]) -> Bool { bytes.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) }

  mutating func next() throws(CaptureError) -> CapturedPacket? {
    while let block = try nextBlock() {
      switch block.type {
      case .section: try beginSection(block)
      case .interface: interfaces.append(try PcapngInterface(block))
      case .secrets: keyLog += try block.secrets()
      case .enhancedPacket, .packet, .simplePacket: return try block.packet(from: interfaces)
      default: break
      }
    }
    return nil
  }

  /// A section knows nothing of what stands before it.
  private mutating func beginSection(_ block: PcapngBlock) throws(CaptureError) {
    interfaces = []
    comments += try block.sectionComments()
  }

  /// The next block whole: its type, its length, its body and its length again.
  private mutating func nextBlock() throws(CaptureError) -> PcapngBlock? {
    guard !fields.rest.isEmpty else { return nil }
    let start = fields.rest.startIndex
    func fault(_ reason: String) -> CaptureError { CaptureError(offset: start, reason: reason) }
    try adoptOrder()
    let left = fields.rest.count
    guard let type = fields.number(UInt32.self), let count = fields.length() else {
      throw fault("block's header of 8 bytes is cut to \(left)")
    }
    guard count >= 12, count.isMultiple(of: 4) else {
      throw fault("block says it has \(count) bytes, which no block has")
    }
    guard let body = fields.bytes(count - 12), let trailer = fields.length() else {
      throw fault("block says it has \(count) bytes where \(left) are left")
    }
    guard trailer == count else {
      throw fault("block of \(count) bytes says at its end that it has \(trailer)")
    }
    return PcapngBlock(
      offset: start, type: PcapngBlock.Kind(rawValue: type), fields: Fields(body, fields.order))
  }

  /// A section header, whose type reads the same both ways, says how its section's numbers stand.
  private mutating func adoptOrder() throws(CaptureError) {
    var ahead = Fields(fields.rest, .big)
    guard ahead.number(UInt32.self) == PcapngBlock.Kind.section.rawValue else { return }
    let magic = ahead.bytes(4).flatMap { _ in ahead.number(UInt32.self) }
    switch magic {
    case 0x1A2B_3C4D: fields.order = .big
    case 0x4D3C_2B1A: fields.order = .little
    case nil: break
    default:
      throw CaptureError(
        offset: fields.rest.startIndex, reason: "section header without its byte-order magic")
    }
  }
}
