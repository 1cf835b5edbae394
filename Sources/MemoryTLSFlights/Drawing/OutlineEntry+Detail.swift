import MemoryTLS

extension OutlineEntry {
  /// What is most telling in it, in some words: names and choices, that an alert is fatal, how data
  /// begins, or why records are closed. May be empty.
  public var detail: String {
    guard let message else { return reason ?? "" }
    switch message.contentType {
    case .handshake: return chosen.joined(separator: "; ")
    case .alert: return message.bytes.first == 2 ? "fatal" : ""
    case .applicationData: return Preview.text(of: message.bytes)
    default: return ""
    }
  }

  /// The values of the fields that say most.
  private var chosen: [String] {
    guard let names = Self.tellingFields[message?.name ?? ""] else { return [] }
    let fields = fields
    return names.compactMap { name in fields.lazy.compactMap { $0.named(name) }.first?.value }
      .filter { !$0.isEmpty }
  }

  private static let tellingFields: [String: [String]] = [
    "ClientHello": [
      "extension server_name", "extension application_layer_protocol_negotiation",
      "extension supported_versions",
    ],
    "ServerHello": ["cipher_suite", "extension key_share"],
    "HelloRetryRequest": ["extension key_share", "cipher_suite"],
    "EncryptedExtensions": ["extension application_layer_protocol_negotiation"],
    "Certificate": ["certificate 1"],
    "CertificateVerify": ["algorithm"],
    "NewSessionTicket": ["ticket_lifetime"],
    "KeyUpdate": ["request_update"],
  ]
}

extension MessageField {
  /// Itself or the first of its parts with that name.
  fileprivate func named(_ wanted: String) -> MessageField? {
    if name == wanted { return self }
    return children.lazy.compactMap { $0.named(wanted) }.first
  }
}

/// How data begins.
enum Preview {
  /// Text in quotes if it is mostly that, else digits.
  static func text(of bytes: [UInt8]) -> String {
    let start = bytes.prefix(limit)
    guard let text = readable(start) else {
      return Hexadecimal.text(start.prefix(16)) + (bytes.count > 16 ? "…" : "")
    }
    return "\"\(text)\(bytes.count > limit ? "…" : "")\""
  }

  /// Nil if more than an eighth of it cannot be seen.
  private static func readable(_ bytes: ArraySlice<UInt8>) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    var shown = ""
    var hidden = 0
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": shown += "\\n"
      case "\r": shown += "\\r"
      case "\t": shown += "\\t"
      case "\"", "\\": shown += "\\\(scalar)"
      default:
        let visible = String(scalar).visible
        hidden += visible.unicodeScalars.count > 1 || scalar == "\u{FFFD}" ? 1 : 0
        shown += visible
      }
    }
    return hidden * 8 <= text.unicodeScalars.count ? shown : nil
  }

  private static let limit = 64
}
