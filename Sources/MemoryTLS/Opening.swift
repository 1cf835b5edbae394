/// The first bytes of a peer, kept to say what it spoke if that was not TLS.
struct Opening {
  static let limit = 16
  private var bytes: [UInt8] = []

  mutating func note(_ more: Span<UInt8>) {
    let wanted = min(Self.limit - bytes.count, more.count)
    for index in 0..<max(0, wanted) { bytes.append(more[index]) }
  }

  /// Whether they can be a record's header: a known type and major version 3 (RFC 8446 §5.1).
  var looksLikeTLS: Bool {
    guard let type = bytes.first else { return true }
    return 20...24 ~= type && (bytes.count < 2 || bytes[1] == 3)
  }

  /// The bytes as text in quotes, control characters and others escaped.
  var quoted: String {
    "\"" + bytes.map(Self.escaped).joined() + "\""
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\r"): "\\r"
    case UInt8(ascii: "\n"): "\\n"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
    case 0x20...0x7E: String(UnicodeScalar(byte))
    default: "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
  }
}
