import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// A type of key that a certificate can have.
enum KeyKind: String, CaseIterable {
  case rsa = "RSA"
  case rsaPSS = "RSA-PSS"
  case dsa = "DSA"
  case p256 = "P-256"
  case p384 = "P-384"
  case p521 = "P-521"
  case secp256k1 = "secp256k1"
  case brainpool = "brainpoolP384r1"
  case binary = "sect283r1"
  case ed25519 = "ED25519"
  case ed448 = "ED448"
  case sm2 = "SM2"
  /// Which cannot sign.
  case x25519 = "X25519"

  static let signing = allCases.filter { $0 != .x25519 }

  /// One key of it, the same for all tests.
  var key: KeyHandle { fixture { try #require(Self.keys[self]) } }

  private nonisolated(unsafe) static let keys = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0, KeyHandle(owning: $0.generate())) })

  private func generate() -> OpaquePointer {
    let isCurve = Self.curves.contains(self)
    let made: OpaquePointer? =
      self == .dsa
      ? withExtendedLifetime(Self.parameters) {
        Self.generate(EVP_PKEY_CTX_new_from_pkey(nil, $0.pointer, nil))
      }
      : Self.generate(
        EVP_PKEY_CTX_new_from_name(nil, isCurve ? "EC" : rawValue, nil),
        curve: isCurve ? rawValue : nil)
    return fixture { try #require(made, "no key of type \(rawValue)") }
  }

  private static let curves: Set<KeyKind> = [
    .p256, .p384, .p521, .secp256k1, .brainpool, .binary,
  ]

  private static func generate(_ context: OpaquePointer?, curve: String? = nil) -> OpaquePointer? {
    defer { EVP_PKEY_CTX_free(context) }
    var key: OpaquePointer?
    guard EVP_PKEY_keygen_init(context) == 1 else { return nil }
    if let curve, EVP_PKEY_CTX_set_group_name(context, curve) != 1 { return nil }
    return EVP_PKEY_generate(context, &key) == 1 ? key : nil
  }

  /// Of DSA, of 2048 bits.
  private static var parameters: KeyHandle {
    let context = EVP_PKEY_CTX_new_from_name(nil, "DSA", nil)
    defer { EVP_PKEY_CTX_free(context) }
    var made: OpaquePointer?
    EVP_PKEY_paramgen_init(context)
    EVP_PKEY_CTX_set_dsa_paramgen_bits(context, 2048)
    EVP_PKEY_generate(context, &made)
    return fixture { KeyHandle(owning: try #require(made, "no parameters of DSA")) }
  }
}

extension TestIdentity {
  /// The same certificate for another key, as its issuer's key would sign it; nil where OpenSSL has no
  /// such signature. `digest` is OpenSSL's name; nil for what the signing key has itself.
  func resigned(
    for subject: KeyHandle? = nil, by issuer: KeyHandle, with digest: String? = "SHA256"
  ) throws -> [UInt8]? {
    let handle = try #require(Source.bytes(certificate).certificates().first)
    if let subject { X509_set_pubkey(handle.pointer, subject.pointer) }
    let function = try digest.map { try #require(EVP_get_digestbyname($0)) }
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    guard X509_sign(handle.pointer, issuer.pointer, function) > 0 else { return nil }
    return encoded { i2d_X509(handle.pointer, $0) }
  }
}
