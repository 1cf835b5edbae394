/// Bytes as `hexdump -C` and Go's `hex.Dumper` write them, 16 a line.
package enum HexDump {
  /// Lines without their ends.
  package static func lines(of bytes: [UInt8]) -> [String] {
    stride(from: 0, to: bytes.count, by: 16).map { start in
      var line: [UInt8] = []
      appendLine(bytes[start..<min(start + 16, bytes.count)], to: &line)
      return String(decoding: line, as: UTF8.self)
    }
  }

  /// Where a line begins: 8 hexadecimal digits, or more behind 4 GiB.
  static func offset(_ value: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

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
    text += offset(bytes.startIndex).utf8
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
