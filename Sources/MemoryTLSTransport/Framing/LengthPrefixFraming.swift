/// Frames of a length and so many bytes. Empty ones are skipped.
public struct LengthPrefixFraming: Framing {
  /// How many bytes the length takes.
  public enum Width: Int, Sendable, Hashable, CaseIterable {
    /// Up to 255 bytes of payload.
    case one = 1
    /// Up to 65,535 bytes of payload.
    case two = 2
    /// As many as the limit allows.
    case four = 4
  }

  /// Which end of the length comes first.
  public enum ByteOrder: Sendable, Hashable, CaseIterable {
    /// The network's: the highest byte first.
    case bigEndian
    /// The lowest byte first.
    case littleEndian
  }

  /// How many bytes the length takes.
  public let width: Width
  /// Which end of the length comes first.
  public let byteOrder: ByteOrder
  /// The most payload of a frame of the peer, in bytes.
  public let limit: Int
  /// At most 16 KiB.
  public var largestPayload: Int { min(limit, 16384) }
  /// The limit and the length.
  public var largestFrame: Int { width.rawValue + limit }

  /// A format; `limit` is the most payload that a frame of the peer may have, 1 or more: 1 MiB by
  /// default, and never more than the width can say.
  public init(_ width: Width, _ byteOrder: ByteOrder = .bigEndian, limit: Int = 1 << 20) {
    self.width = width
    self.byteOrder = byteOrder
    let longest = width == .four ? Int(UInt32.max) : 1 << (8 * width.rawValue) - 1
    self.limit = min(max(1, limit), longest)
  }

  /// Appends the length and the payload.
  public func encode(_ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8]) {
    let shifts = (0..<width.rawValue).map { 8 * $0 }
    for shift in byteOrder == .bigEndian ? shifts.reversed() : shifts {
      frames.append(UInt8(truncatingIfNeeded: payload.count >> shift))
    }
    frames.append(payload)
  }

  /// Takes one frame off the front.
  public func decode(
    _ bytes: Span<UInt8>, into payload: inout [UInt8]
  ) throws(FramingError) -> Int {
    guard bytes.count >= width.rawValue else { return 0 }
    var length = 0
    for index in 0..<width.rawValue {
      let place = byteOrder == .bigEndian ? index : width.rawValue - 1 - index
      length = length << 8 | Int(bytes[place])
    }
    guard length <= limit else { throw .oversized(length: length, limit: limit) }
    let end = width.rawValue + length
    guard bytes.count >= end else { return 0 }
    payload.append(bytes.extracting(width.rawValue..<end))
    return end
  }
}
