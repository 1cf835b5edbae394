/// The kind of a handshake message (RFC 8446 §4).
public struct HandshakeType: CodePoint {
  /// The message's first byte.
  public let rawValue: UInt8

  /// Any value, registered or not.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// 1, a client's first message.
  public static let clientHello = Self(rawValue: 1)
  /// 2, a server's answer; in TLS 1.3 a HelloRetryRequest has this number too.
  public static let serverHello = Self(rawValue: 2)
  /// 4, a ticket for resumption.
  public static let newSessionTicket = Self(rawValue: 4)
  /// 20, the last message of each side.
  public static let finished = Self(rawValue: 20)
  /// 24, new traffic keys in TLS 1.3.
  public static let keyUpdate = Self(rawValue: 24)

  /// The names as RFC 8446 and RFC 5246 write them in prose.
  public static let registeredNames: [UInt8: String] = [
    0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket",
    5: "EndOfEarlyData", 8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange",
    13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify",
    16: "ClientKeyExchange", 20: "Finished", 21: "CertificateURL", 22: "CertificateStatus",
    23: "SupplementalData", 24: "KeyUpdate", 25: "CompressedCertificate", 254: "MessageHash",
  ]
}
