/// A group for key exchange (RFC 8446 §4.2.7).
public struct NamedGroup: CodePoint {
  /// Two bytes as they stand on the wire.
  public let rawValue: UInt16

  /// Any value, registered or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// NIST P-256.
  public static let secp256r1 = Self(rawValue: 0x0017)
  /// NIST P-384.
  public static let secp384r1 = Self(rawValue: 0x0018)
  /// NIST P-521.
  public static let secp521r1 = Self(rawValue: 0x0019)
  /// Curve25519 (RFC 7748).
  public static let x25519 = Self(rawValue: 0x001D)
  /// Curve448 (RFC 7748).
  public static let x448 = Self(rawValue: 0x001E)
  /// ML-KEM-768 with X25519; OpenSSL 3.5 and later.
  public static let x25519MLKEM768 = Self(rawValue: 0x11EC)

  /// The registered names of the values this library knows.
  public static let registeredNames: [UInt16: String] = [
    0x0017: "secp256r1", 0x0018: "secp384r1", 0x0019: "secp521r1", 0x001D: "x25519",
    0x001E: "x448", 0x0100: "ffdhe2048", 0x0101: "ffdhe3072", 0x0102: "ffdhe4096",
    0x0103: "ffdhe6144", 0x0104: "ffdhe8192", 0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768", 0x11ED: "SecP384r1MLKEM1024",
  ]
}
