/// Bytes as `hexdump -C` and Go's `hex.Dumper` write them, 16 a line.
enum HexDump {
  /// Appends lines, each with its end.
  static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    text.reserveCapacity(text.count + bytes.count / 16 * 79 + 79)
    for start in stride(from: 0, to: bytes.count, by: 16) {
      appendLine(bytes[start..<min(start + 16, bytes.count)], to: &text)
      text.append(newline)
    }
  }

  /// One line without its end; the slice's indices are its offsets.
  private static func appendLine(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    for shift in stride(from: 28, through: 0, by: -4) {
      text.append(digits[bytes.startIndex >> shift & 15])
    }
    text.append(space)
    for index in 0..<16 {
      if index % 8 == 0 { text.append(space) }
      if index < bytes.count {
        let byte = Int(bytes[bytes.startIndex + index])
        text += [digits[byte >> 4], digits[byte & 15], space]
      } else {
        text += [space, space, space]
      }
    }
    text += [space, bar]
    for byte in bytes { text.append(32...126 ~= byte ? byte : dot) }
    text.append(bar)
  }

  private static let digits = Array("0123456789abcdef".utf8)
  private static let (newline, space, bar, dot): (UInt8, UInt8, UInt8, UInt8) = (10, 32, 124, 46)
}
