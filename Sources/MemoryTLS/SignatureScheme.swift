/// A signature algorithm with its hash (RFC 8446 §4.2.3).
public struct SignatureScheme: CodePoint {
  /// Two bytes as they stand on the wire.
  public let rawValue: UInt16

  /// Any value, registered or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// ECDSA over P-256 with SHA-256 (in TLS 1.2 over any curve).
  public static let ecdsaSecp256r1SHA256 = Self(rawValue: 0x0403)
  /// RSA-PSS with an ordinary RSA key and SHA-256.
  public static let rsaPSSRSAESHA256 = Self(rawValue: 0x0804)
  /// RSA PKCS #1 v1.5 with SHA-256; TLS 1.2 only.
  public static let rsaPKCS1SHA256 = Self(rawValue: 0x0401)
  /// Ed25519 (RFC 8032).
  public static let ed25519 = Self(rawValue: 0x0807)

  /// The registered names of the values this library knows.
  public static let registeredNames: [UInt16: String] = [
    0x0201: "rsa_pkcs1_sha1", 0x0203: "ecdsa_sha1", 0x0401: "rsa_pkcs1_sha256",
    0x0501: "rsa_pkcs1_sha384", 0x0601: "rsa_pkcs1_sha512", 0x0403: "ecdsa_secp256r1_sha256",
    0x0503: "ecdsa_secp384r1_sha384", 0x0603: "ecdsa_secp521r1_sha512",
    0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384", 0x0806: "rsa_pss_rsae_sha512",
    0x0807: "ed25519", 0x0808: "ed448", 0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512",
  ]
}
