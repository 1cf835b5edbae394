/// Bytes of a packet, of which a capture may hold only the first ones.
struct Portion {
  /// What is there of them, in most cases a slice of the file.
  private(set) var bytes: ArraySlice<UInt8>
  /// How many there were on the wire: not fewer than are there.
  private(set) var count: Int

  init(_ packet: CapturedPacket) { (bytes, count) = (packet.bytes, packet.originalCount) }

  init(_ bytes: [UInt8]) { (self.bytes, count) = (bytes[...], bytes.count) }

  /// Whether all of it is there.
  var isWhole: Bool { bytes.count == count }

  /// Takes so many bytes off the front; nil if they are not all there, and nothing is taken then.
  mutating func take(_ size: Int) -> ArraySlice<UInt8>? {
    guard 0...bytes.count ~= size else { return nil }
    defer { (bytes, count) = (bytes.dropFirst(size), count - size) }
    return bytes.prefix(size)
  }

  /// Takes a header off the front.
  mutating func header(_ size: Int) throws(Unread) -> Fields {
    guard let header = take(size) else { throw .malformed }
    return Fields(header)
  }

  /// Leaves out so many bytes at the front, be they there or not; at most all.
  mutating func skip(_ size: Int) {
    (bytes, count) = (bytes.dropFirst(size), max(0, count - size))
  }

  /// Cuts off what stands behind so many bytes.
  mutating func limit(to count: Int) {
    guard 0..<self.count ~= count else { return }
    (bytes, self.count) = (bytes.prefix(count), count)
  }
}

/// Why a packet added nothing to a stream.
enum Unread: Error {
  /// It begins with a header that is not known here.
  case linkType
  /// It is not TCP over IP.
  case notTCP
  /// A header in it contradicts itself, or is not all there.
  case malformed
  /// It is a piece of an IP packet of which something is missing so far.
  case fragment
}
