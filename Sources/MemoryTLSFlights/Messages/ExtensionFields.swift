import MemoryTLS

/// The message that an extension stands in, on which its form depends (RFC 8446 §4.2).
enum ExtensionPlace {
  case clientHello, serverHello, helloRetryRequest, encryptedExtensions, certificate
  case certificateRequest, newSessionTicket

  /// Whether it is a list of offers, and not the answer to one.
  var isOffer: Bool { self == .clientHello || self == .certificateRequest }
}

extension FieldReader {
  /// One extension as a field; answers its type.
  @discardableResult
  mutating func fieldOfExtension(in place: ExtensionPlace) throws(Malformed) -> ExtensionType {
    var seen = ExtensionType(rawValue: 0)
    try typed { type, reader throws(Malformed) in
      seen = type
      switch type {
      case .keyShare: return try reader.keyShare(in: place)
      case .preSharedKey: return try reader.preSharedKey(in: place)
      default: return try reader.rest { type.words(in: place, $0) }
      }
    }
    return seen
  }

  /// RFC 8446 §4.2.8.
  private mutating func keyShare(in place: ExtensionPlace) throws(Malformed) -> String {
    switch place {
    case .clientHello:
      let count = try number(2)
      guard count == remaining else { throw Malformed() }
      var groups: [String] = []
      while !isAtEnd { groups.append(try share()) }
      return groups.joined(separator: ", ")
    case .helloRetryRequest: return try rest { $0.one(NamedGroup.self) }
    default: return try share()
    }
  }

  private mutating func share() throws(Malformed) -> String {
    let group = try codePoint("group", as: NamedGroup.self)
    try vector("key_exchange", lengthBytes: 2, .volatile)
    return "\(group)"
  }

  /// RFC 8446 §4.2.11.
  private mutating func preSharedKey(in place: ExtensionPlace) throws(Malformed) -> String {
    guard place == .clientHello else {
      return "identity \(try number("selected_identity", 2))"
    }
    var count = 0
    try group("identities", lengthBytes: 2) { list throws(Malformed) in
      while !list.isAtEnd {
        count += 1
        try list.vector("identity \(count)", lengthBytes: 2, .volatile)
        try list.number("obfuscated_ticket_age \(count)", 4, .volatile)
      }
      return counted(count, "identity", "identities")
    }
    try group("binders", lengthBytes: 2) { list throws(Malformed) in
      var count = 0
      while !list.isAtEnd {
        count += 1
        try list.vector("binder \(count)", lengthBytes: 1, .volatile)
      }
      return counted(count, "binder")
    }
    return counted(count, "identity", "identities")
  }
}

extension ExtensionType {
  /// Whether what it says differs in each connection by nature.
  var nature: FieldReader.Nature {
    isGrease || Self.volatileNames.contains(description) ? .volatile : .stable
  }

  private static let volatileNames: Set = [
    "session_ticket", "cookie", "quic_transport_parameters", "encrypted_client_hello",
    "renegotiation_info",
  ]
}
