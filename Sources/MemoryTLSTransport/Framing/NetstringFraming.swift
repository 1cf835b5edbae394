/// Netstrings: `5:hello,` (D. J. Bernstein, 1997). Empty ones are skipped.
public struct NetstringFraming: Framing {
  /// The most payload of a netstring of the peer, in bytes.
  public let limit: Int
  /// At most 16 KiB.
  public var largestPayload: Int { min(limit, 16384) }
  /// The limit, its digits, the colon and the comma.
  public var largestFrame: Int { digits + limit + 2 }

  /// The format; `limit` is the most payload that a netstring of the peer may have, 1 or more.
  public init(limit: Int = 1 << 20) {
    self.limit = min(max(1, limit), Int(UInt32.max))
  }

  /// Appends one netstring.
  public func encode(_ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8]) {
    frames += "\(payload.count):".utf8
    frames.append(payload)
    frames.append(UInt8(ascii: ","))
  }

  /// Takes one netstring off the front. A length has no leading zeros.
  public func decode(
    _ bytes: Span<UInt8>, into payload: inout [UInt8]
  ) throws(FramingError) -> Int {
    guard let (length, start) = try length(bytes) else { return 0 }
    let end = start + length
    guard bytes.count > end else { return 0 }
    guard bytes[end] == UInt8(ascii: ",") else {
      throw .malformed("netstring of \(length) bytes ends with \(bytes[end].shown), not with ','")
    }
    payload.append(bytes.extracting(start..<end))
    return end + 1
  }

  /// The length and where the payload starts; nil if the colon is not there yet.
  private func length(_ bytes: Span<UInt8>) throws(FramingError) -> (Int, Int)? {
    var length = 0
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == UInt8(ascii: ":"), index > 0 { return (length, index + 1) }
      guard let digit = byte.decimalDigit, index == 0 || length > 0 else {
        throw .malformed("netstring's length has \(byte.shown) as byte \(index + 1)")
      }
      length = length * 10 + digit
      guard length <= limit else { throw .oversized(length: length, limit: limit) }
    }
    return nil
  }

  private var digits: Int { "\(limit)".utf8.count }
}

extension UInt8 {
  fileprivate var decimalDigit: Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int(self - UInt8(ascii: "0")) : nil
  }

  /// As people can read it in a message.
  var shown: String {
    (0x21...0x7E).contains(self)
      ? "'\(Character(UnicodeScalar(self)))'" : "byte 0x" + String(self, radix: 16)
  }
}
