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
  /// 0, a server's wish for another handshake in TLS 1.2.
  public static let helloRequest = Self(rawValue: 0)
  /// 4, a ticket for resumption.
  public static let newSessionTicket = Self(rawValue: 4)
  /// 5, the end of a client's early data in TLS 1.3.
  public static let endOfEarlyData = Self(rawValue: 5)
  /// 8, what else a server of TLS 1.3 answers to a ClientHello.
  public static let encryptedExtensions = Self(rawValue: 8)
  /// 11, the sender's certificates.
  public static let certificate = Self(rawValue: 11)
  /// 12, a server's part of the key exchange of TLS 1.2.
  public static let serverKeyExchange = Self(rawValue: 12)
  /// 13, a server's wish for the client's certificate.
  public static let certificateRequest = Self(rawValue: 13)
  /// 14, the end of a server's first flight in TLS 1.2.
  public static let serverHelloDone = Self(rawValue: 14)
  /// 15, the proof that a certificate is the sender's.
  public static let certificateVerify = Self(rawValue: 15)
  /// 16, a client's part of the key exchange of TLS 1.2.
  public static let clientKeyExchange = Self(rawValue: 16)
  /// 20, the last message of each side.
  public static let finished = Self(rawValue: 20)
  /// 22, a stapled OCSP response in TLS 1.2.
  public static let certificateStatus = Self(rawValue: 22)
  /// 24, new traffic keys in TLS 1.3.
  public static let keyUpdate = Self(rawValue: 24)
  /// 25, certificates that are compressed.
  public static let compressedCertificate = Self(rawValue: 25)

  /// The names as RFC 8446 and RFC 5246 write them in prose.
  public static let registeredNames: [UInt8: String] = [
    0: "HelloRequest", 1: "ClientHello", 2: "ServerHello", 4: "NewSessionTicket",
    5: "EndOfEarlyData", 8: "EncryptedExtensions", 11: "Certificate", 12: "ServerKeyExchange",
    13: "CertificateRequest", 14: "ServerHelloDone", 15: "CertificateVerify",
    16: "ClientKeyExchange", 20: "Finished", 21: "CertificateURL", 22: "CertificateStatus",
    23: "SupplementalData", 24: "KeyUpdate", 25: "CompressedCertificate", 254: "MessageHash",
  ]
}
