/// A certificate as a value: its DER and what people ask of it.
public struct Certificate: Sendable, Hashable {
  /// The whole certificate.
  public let der: [UInt8]
  /// The subject, as `CN=example.org, O=Example`.
  public let subject: String
  /// The issuer, in the same form.
  public let issuer: String
  /// The subjectAltName's entries, in their order.
  public let names: [Name]
  /// The first second of its validity, counted from 1970 in UTC.
  public let notBefore: Int64
  /// The last second of its validity; a malformed certificate may have it before the first.
  public let notAfter: Int64
  /// The serial number's magnitude, the most significant byte first and without leading zeros; as a
  /// rule up to 20 bytes (RFC 5280 §4.1.2.2).
  public let serialNumber: [UInt8]
  /// What kind of key it is about.
  public let keyType: KeyType
  /// What its issuer signed it with, in OpenSSL's words, such as `ecdsa-with-SHA256`.
  public let signatureAlgorithm: String
  /// The SHA-256 of the DER: 32 bytes.
  public let fingerprint: [UInt8]
  /// The SHA-256 of the SubjectPublicKeyInfo: 32 bytes.
  public let publicKeyFingerprint: [UInt8]

  /// The kind of a certificate's public key.
  public enum KeyType: Sendable, Hashable {
    /// RSA, its modulus of so many bits.
    case rsa(bits: Int)
    /// RSA for PSS signatures alone.
    case rsaPSS(bits: Int)
    /// An elliptic curve that TLS has a number for.
    case ec(NamedGroup)
    /// Ed25519.
    case ed25519
    /// Ed448.
    case ed448
    /// Another, in OpenSSL's words; empty for one that OpenSSL cannot read.
    case other(String)
  }

  /// Whom a certificate is good for (RFC 5280 §4.2.1.6).
  public enum Name: Sendable, Hashable, CustomStringConvertible {
    /// A DNS name, perhaps with a wildcard.
    case dns(String)
    /// An IPv4 or IPv6 address as text.
    case address(String)
    /// An e-mail address.
    case email(String)
    /// A URI.
    case uri(String)

    /// The name alone.
    public var description: String {
      switch self {
      case .dns(let text), .address(let text), .email(let text), .uri(let text): text
      }
    }
  }
}
