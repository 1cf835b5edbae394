import MemoryTLS

// Bytes as words: nil for what has not the form that is asked for.

extension ByteReader {
  /// Everything that has not been read.
  var all: [UInt8] {
    var ahead = self
    var bytes: [UInt8] = []
    while let byte = ahead.byte() { bytes.append(byte) }
    return bytes
  }

  /// Everything as text; digits for what is no visible text.
  var text: String {
    let bytes = all
    let isText = !bytes.isEmpty && bytes.allSatisfy { 0x20...0x7E ~= $0 }
    return isText ? String(decoding: bytes, as: UTF8.self) : Hexadecimal.text(bytes)
  }

  /// Everything in digits.
  var hexadecimal: String { Hexadecimal.text(all) }

  /// What stands behind a length, if that is all there is.
  func vector(_ lengthBytes: Int) -> ByteReader? {
    var ahead = self
    let vector = ahead.reader(lengthBytes: lengthBytes)
    return ahead.isAtEnd ? vector : nil
  }

  /// The one number that there is.
  func number(_ size: Int, _ words: (Int) -> String) -> String? {
    let bytes = all
    return bytes.count == size ? words(bytes.reduce(0) { $0 << 8 | Int($1) }) : nil
  }

  /// The one byte that there is.
  func number(_ size: Int, named names: [Int: String]) -> String? {
    number(size) { names[$0] ?? "\($0)" }
  }

  /// Numbers of 2 bytes.
  func numbers(_ words: (Int) -> String) -> String? {
    let bytes = all
    guard bytes.count.isMultiple(of: 2) else { return nil }
    return stride(from: 0, to: bytes.count, by: 2)
      .map { words(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])) }.joined(separator: ", ")
  }

  /// The one code point of 2 bytes that there is.
  func one<Code: CodePoint>(_: Code.Type) -> String? {
    number(2) { "\(Code(rawValue: .init(truncatingIfNeeded: $0)))" }
  }

  /// Code points of 2 bytes.
  func codePoints<Code: CodePoint>(_: Code.Type) -> String? {
    numbers { "\(Code(rawValue: .init(truncatingIfNeeded: $0)))" }
  }

  /// Bytes that have names.
  func list(_ names: [Int: String]) -> String {
    all.map { names[Int($0)] ?? "\($0)" }.joined(separator: ", ")
  }

  /// Names of authorities, each behind its length (RFC 8446 §4.2.4).
  var distinguishedNames: String? {
    var ahead = self
    var names: [String] = []
    while !ahead.isAtEnd {
      guard let der = ahead.vector(lengthBytes: 2) else { return nil }
      let digits = Hexadecimal.text(der)
      names.append(DistinguishedName(der: der)?.description ?? digits)
    }
    return names.joined(separator: "; ")
  }
}

/// A number with its noun.
func counted(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
