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
    0x0001: "sect163k1", 0x0002: "sect163r1", 0x0003: "sect163r2", 0x0004: "sect193r1",
    0x0005: "sect193r2", 0x0006: "sect233k1", 0x0007: "sect233r1", 0x0008: "sect239k1",
    0x0009: "sect283k1", 0x000A: "sect283r1", 0x000B: "sect409k1", 0x000C: "sect409r1",
    0x000D: "sect571k1", 0x000E: "sect571r1", 0x000F: "secp160k1", 0x0010: "secp160r1",
    0x0011: "secp160r2", 0x0012: "secp192k1", 0x0013: "secp192r1", 0x0014: "secp224k1",
    0x0015: "secp224r1", 0x0016: "secp256k1", 0x0017: "secp256r1", 0x0018: "secp384r1",
    0x0019: "secp521r1", 0x001A: "brainpoolP256r1", 0x001B: "brainpoolP384r1",
    0x001C: "brainpoolP512r1", 0x001D: "x25519", 0x001E: "x448", 0x001F: "brainpoolP256r1tls13",
    0x0020: "brainpoolP384r1tls13", 0x0021: "brainpoolP512r1tls13", 0x0022: "GC256A",
    0x0023: "GC256B", 0x0024: "GC256C", 0x0025: "GC256D", 0x0026: "GC512A", 0x0027: "GC512B",
    0x0028: "GC512C", 0x0029: "curveSM2", 0x0100: "ffdhe2048", 0x0101: "ffdhe3072",
    0x0102: "ffdhe4096", 0x0103: "ffdhe6144", 0x0104: "ffdhe8192", 0x0200: "MLKEM512",
    0x0201: "MLKEM768", 0x0202: "MLKEM1024", 0x11EB: "SecP256r1MLKEM768", 0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024", 0x11EE: "curveSM2MLKEM768", 0x6399: "X25519Kyber768Draft00",
    0x639A: "SecP256r1Kyber768Draft00", 0xFF01: "arbitrary_explicit_prime_curves",
    0xFF02: "arbitrary_explicit_char2_curves",
  ]
}
