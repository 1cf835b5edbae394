/// The rules for a DNS name that is sent as SNI and looked for in certificates.
enum ServerName {
  /// The name without a trailing dot (RFC 6066 §3), or why it cannot be one.
  static func checked(_ name: String) throws(TLSError) -> String {
    let name = name.hasSuffix(".") ? String(name.dropLast()) : name
    guard !name.isEmpty else {
      throw .serverIdentity("an empty server name would match any certificate")
    }
    guard !AddressText.isAddress(name) else {
      throw .serverIdentity("\"\(name)\" is an address, not a name: use .address")
    }
    guard name.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw .serverIdentity("server name \"\(name)\" is not ASCII: use its punycode form")
    }
    guard name.utf8.allSatisfy(isAllowed) else {
      throw .serverIdentity("\"\(name)\" is no DNS name: letters, digits, - and _ between dots")
    }
    guard fits(name) else {
      throw .serverIdentity("\"\(name)\" is no DNS name: 253 bytes at most, in labels of 1 to 63")
    }
    return name
  }

  /// Whether a certificate can be for it: as above, and with asterisks. Which of these match anything
  /// is for those to say who look at the certificate.
  static func isPattern(_ name: String) -> Bool {
    name.utf8.allSatisfy { isAllowed($0) || $0 == UInt8(ascii: "*") } && fits(name)
  }

  private static func fits(_ name: String) -> Bool {
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return name.utf8.count <= 253 && labels.allSatisfy { 1...63 ~= $0.utf8.count }
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "-_.".utf8.contains(byte)
    }
  }
}
