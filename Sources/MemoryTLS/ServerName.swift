/// The rules for a DNS name that is sent as SNI and looked for in certificates.
enum ServerName {
  /// The name without a trailing dot (RFC 6066 §3), or why it cannot be one.
  static func checked(_ name: String) throws(TLSError) -> String {
    var bytes = Array(name.utf8)
    let isRooted = bytes.last == UInt8(ascii: ".")
    if isRooted { bytes.removeLast() }
    let name = isRooted ? String(name.dropLast()) : name
    guard fits(bytes), bytes.allSatisfy(isAllowed), !AddressText.isAddress(name) else {
      throw refusal(of: name)
    }
    return name
  }

  /// Whether a certificate can be for it: as above, and with asterisks. Which of these match anything
  /// is for those to say who look at the certificate.
  static func isPattern(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return fits(bytes) && bytes.allSatisfy { isAllowed($0) || $0 == UInt8(ascii: "*") }
  }

  private static func refusal(of name: String) -> TLSError {
    if name.isEmpty { return .serverIdentity("an empty server name would match any certificate") }
    if AddressText.isAddress(name) {
      return .serverIdentity("\"\(name)\" is an address, not a name: use .address")
    }
    guard name.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      return .serverIdentity("server name \"\(name)\" is not ASCII: use its punycode form")
    }
    let rule =
      name.utf8.allSatisfy(isAllowed)
      ? "253 bytes at most, in labels of 1 to 63" : "letters, digits, - and _ between dots"
    return .serverIdentity("\"\(name)\" is no DNS name: \(rule)")
  }

  /// Whether it is 253 bytes at most, in labels of 1 to 63.
  private static func fits(_ name: [UInt8]) -> Bool {
    var label = 0
    for byte in name {
      guard byte == UInt8(ascii: ".") else {
        label += 1
        continue
      }
      guard 1...63 ~= label else { return false }
      label = 0
    }
    return 1...63 ~= label && name.count <= 253
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
    default: false
    }
  }
}
