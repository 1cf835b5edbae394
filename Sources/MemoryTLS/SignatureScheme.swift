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

  /// The names of the values this library knows: the registered ones, and those of RFC 5246 §7.4.1.4.1
  /// for pairs of a signature and a hash that have none.
  public static let registeredNames: [UInt16: String] = [
    0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1", 0x0203: "ecdsa_sha1", 0x0301: "rsa_pkcs1_sha224",
    0x0302: "dsa_sha224", 0x0303: "ecdsa_sha224", 0x0401: "rsa_pkcs1_sha256", 0x0402: "dsa_sha256",
    0x0403: "ecdsa_secp256r1_sha256", 0x0420: "rsa_pkcs1_sha256_legacy", 0x0501: "rsa_pkcs1_sha384",
    0x0502: "dsa_sha384", 0x0503: "ecdsa_secp384r1_sha384", 0x0520: "rsa_pkcs1_sha384_legacy",
    0x0601: "rsa_pkcs1_sha512", 0x0602: "dsa_sha512", 0x0603: "ecdsa_secp521r1_sha512",
    0x0620: "rsa_pkcs1_sha512_legacy", 0x0704: "eccsi_sha256", 0x0705: "iso_ibs1",
    0x0706: "iso_ibs2", 0x0707: "iso_chinese_ibs", 0x0708: "sm2sig_sm3",
    0x0709: "gostr34102012_256a", 0x070A: "gostr34102012_256b", 0x070B: "gostr34102012_256c",
    0x070C: "gostr34102012_256d", 0x070D: "gostr34102012_512a", 0x070E: "gostr34102012_512b",
    0x070F: "gostr34102012_512c", 0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512", 0x0807: "ed25519", 0x0808: "ed448", 0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512",
    0x081A: "ecdsa_brainpoolP256r1tls13_sha256", 0x081B: "ecdsa_brainpoolP384r1tls13_sha384",
    0x081C: "ecdsa_brainpoolP512r1tls13_sha512", 0x0904: "mldsa44", 0x0905: "mldsa65",
    0x0906: "mldsa87", 0x0911: "slhdsa_sha2_128s", 0x0912: "slhdsa_sha2_128f",
    0x0913: "slhdsa_sha2_192s", 0x0914: "slhdsa_sha2_192f", 0x0915: "slhdsa_sha2_256s",
    0x0916: "slhdsa_sha2_256f", 0x0917: "slhdsa_shake_128s", 0x0918: "slhdsa_shake_128f",
    0x0919: "slhdsa_shake_192s", 0x091A: "slhdsa_shake_192f", 0x091B: "slhdsa_shake_256s",
    0x091C: "slhdsa_shake_256f",
  ]
}
