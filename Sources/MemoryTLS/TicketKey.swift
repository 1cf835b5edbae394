/// What a server's stateless tickets are sealed with: AES-256-CBC and HMAC-SHA-256 (RFC 5077 §4).
///
/// Who has it can read what was said in TLS 1.2 connections that such a ticket belongs to, and resume
/// in others' names. Neither printing nor dumping it shows more than its name.
public struct TicketKey: Sendable, Hashable {
  /// What a ticket says in the clear, for its key to be found: 16 bytes.
  public let name: [UInt8]
  /// The key of the HMAC: 32 bytes.
  let authentication: [UInt8]
  /// The key of the cipher: 32 bytes.
  let encryption: [UInt8]

  /// A key from its 80 bytes: 16 of name, 32 for HMAC, 32 for AES, the order in which nginx's
  /// `ssl_session_ticket_key` and `SSL_CTX_set_tlsext_ticket_keys` have them.
  ///
  /// - Throws: `.invalidConfiguration` for any other number of bytes.
  public init(bytes: [UInt8]) throws(TLSError) {
    guard bytes.count == 80 else {
      throw .configuration("a ticket key of \(bytes.count) bytes has not 80")
    }
    name = Array(bytes[..<16])
    authentication = Array(bytes[16..<48])
    encryption = Array(bytes[48...])
  }

  /// A new key (`RAND_priv_bytes`).
  ///
  /// - Throws: `.unexpected` if OpenSSL has no random bytes.
  public static func random() throws(TLSError) -> TicketKey {
    try TicketKey(bytes: randomBytes(80))
  }
}

extension TicketKey: CustomStringConvertible, CustomReflectable {
  /// The name in hexadecimal digits; nothing secret.
  public var description: String {
    "ticket key " + name.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The same for `dump` and debuggers.
  public var customMirror: Mirror { Mirror(self, children: ["name": description]) }
}
