/// What an interface description block says of the packets that name it.
struct PcapngInterface {
  let linkType: UInt16
  /// How many bytes of a packet are kept at most; 0 if all are.
  let snapLength: Int
  let clock: PcapngClock

  init(_ block: consuming PcapngBlock) throws(CaptureError) {
    linkType = try block.number(UInt16.self)
    _ = try block.number(UInt16.self)
    snapLength = Int(try block.number(UInt32.self))
    var clock = PcapngClock()
    for option in try block.options() { try clock.adopt(option, of: block) }
    self.clock = clock
  }
}

extension PcapngBlock {
  /// The packet of one of the three blocks that carry any.
  consuming func packet(from interfaces: [PcapngInterface]) throws(CaptureError) -> CapturedPacket {
    guard type != .simplePacket else { return try simplePacket(from: interfaces) }
    let index = Int(try type == .packet ? UInt32(number(UInt16.self)) : number(UInt32.self))
    // The obsolete block counts lost packets behind a shorter number of its interface.
    if type == .packet { _ = try number(UInt16.self) }
    let interface = try interface(index, of: interfaces)
    let (high, low) = (try number(UInt32.self), try number(UInt32.self))
    let (count, originalCount) = (Int(try number(UInt32.self)), Int(try number(UInt32.self)))
    let bytes = try padded(count)
    _ = try options()
    return CapturedPacket(
      linkType: interface.linkType, bytes: bytes, originalCount: max(count, originalCount),
      time: interface.clock.time(at: UInt64(high) << 32 | UInt64(low)))
  }

  /// It is of the first interface, and has no time.
  private mutating func simplePacket(
    from interfaces: [PcapngInterface]
  ) throws(CaptureError) -> CapturedPacket {
    let interface = try interface(0, of: interfaces)
    let originalCount = Int(try number(UInt32.self))
    let limit = interface.snapLength == 0 ? Int.max : interface.snapLength
    let bytes = try padded(min(originalCount, limit))
    return CapturedPacket(
      linkType: interface.linkType, bytes: bytes, originalCount: originalCount, time: nil)
  }

  private func interface(
    _ index: Int, of interfaces: [PcapngInterface]
  ) throws(CaptureError) -> PcapngInterface {
    guard interfaces.indices.contains(index) else {
      throw fault("packet of interface \(index), where \(interfaces.count) are described")
    }
    return interfaces[index]
  }
}
