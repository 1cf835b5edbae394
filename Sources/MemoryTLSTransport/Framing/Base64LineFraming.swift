/// Lines of base64 (RFC 4648 §4), for channels that carry text alone.
///
/// Every line is decoded by itself. Lines end with LF; those of the peer may end with CRLF and have
/// another width. Empty lines are skipped.
public struct Base64LineFraming: Framing {
  /// Characters in a full line: a multiple of 4.
  public let width: Int
  /// The most characters in a line of the peer.
  public let limit: Int
  /// Three bytes for four characters.
  public var largestPayload: Int { width / 4 * 3 }
  /// The limit and CRLF.
  public var largestFrame: Int { limit + 2 }
  /// Bytes of an unfinished line that were looked through already.
  private var searched = 0

  /// The format.
  ///
  /// - Parameters:
  ///   - width: Characters in a line, 4 to 16,384; rounded down to a multiple of 4. RFC 2045 §6.8
  ///     allows 76.
  ///   - limit: The most characters in a line of the peer.
  public init(width: Int = 76, limit: Int = 65536) {
    self.width = min(max(4, width), 16384) / 4 * 4
    self.limit = min(max(4, limit), 1 << 24)
  }

  /// Appends one line.
  public func encode(_ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8]) {
    Base64.encode(payload, into: &frames)
    frames.append(Self.lineFeed)
  }

  /// Takes one line off the front.
  public mutating func decode(
    _ bytes: Span<UInt8>, into payload: inout [UInt8]
  ) throws(FramingError) -> Int {
    let fresh = min(searched, bytes.count)..<bytes.count
    guard let end = fresh.first(where: { bytes[$0] == Self.lineFeed }) else {
      searched = bytes.count
      return 0
    }
    searched = 0
    let hasReturn = end > 0 && bytes[end - 1] == Self.carriageReturn
    let line = bytes.extracting(..<(hasReturn ? end - 1 : end))
    guard line.count <= limit else { throw .oversized(length: line.count, limit: limit) }
    guard Base64.decode(line, into: &payload) else {
      throw .malformed("line of \(line.count) characters is not base64")
    }
    return end + 1
  }

  private static let lineFeed: UInt8 = 0x0A
  private static let carriageReturn: UInt8 = 0x0D
}

/// RFC 4648 §4, strictly: padded, and without bits behind the last byte (§3.5).
enum Base64 {
  static func encode(_ bytes: Span<UInt8>, into text: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group = 0
      for place in 0..<3 {
        group = group << 8 | (place < count ? Int(bytes[start + place]) : 0)
      }
      for place in 0..<4 {
        text.append(place <= count ? alphabet[group >> (18 - 6 * place) & 63] : padding)
      }
    }
  }

  /// Appends what the text says; false if it is not base64.
  static func decode(_ text: Span<UInt8>, into bytes: inout [UInt8]) -> Bool {
    guard text.count % 4 == 0 else { return false }
    for start in stride(from: 0, to: text.count, by: 4) {
      var count = 4
      if start + 4 == text.count {
        while count > 2, text[start + count - 1] == padding { count -= 1 }
      }
      var group = 0
      for place in 0..<count {
        guard let value = values[Int(text[start + place])] else { return false }
        group |= value << (18 - 6 * place)
      }
      guard group & (0xFFFFFF >> (8 * (count - 1))) == 0 else { return false }
      for place in 0..<(count - 1) { bytes.append(UInt8(group >> (16 - 8 * place) & 0xFF)) }
    }
    return true
  }

  private static let padding = UInt8(ascii: "=")
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let values: [Int?] = {
    var values = [Int?](repeating: nil, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = value }
    return values
  }()
}
