import MemoryTLS

/// A line of a key log (RFC 9850 §2): a label, a client's random and a secret.
struct KeyLogLine {
  let label: KeyLog.Label
  /// 32 bytes.
  let clientRandom: [UInt8]
  /// At least one byte.
  let secret: [UInt8]
  /// The line as it should be, with single spaces.
  let text: String

  /// Nil if the line is a comment, or of another form. Any white space of ASCII may part its words.
  init?(_ line: some Collection<UInt8>) {
    let words = line.split(whereSeparator: Self.isSpace)
    guard words.count == 3, words[0].first != Self.commentSign,
      words[0].allSatisfy({ 0x21...0x7E ~= $0 }),
      let random = Hexadecimal.bytes(words[1]), random.count == 32,
      let secret = Hexadecimal.bytes(words[2]), !secret.isEmpty
    else { return nil }
    text = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
    label = KeyLog.Label(rawValue: String(decoding: words[0], as: UTF8.self))
    (clientRandom, self.secret) = (random, secret)
  }

  /// Whether a line says nothing.
  static func isBlank(_ line: some Collection<UInt8>) -> Bool {
    let start = line.first { !isSpace($0) }
    return start == nil || start == commentSign
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }

  /// `#`
  private static let commentSign: UInt8 = 0x23
}
