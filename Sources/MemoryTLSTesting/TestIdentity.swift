public import MemoryTLS

/// A certificate with its private key, made in memory: an authority, or whom one vouches for.
///
///     let authority = try TestIdentity.authority()
///     let server = try authority.issue(.server, names: [.dns("localhost")])
///     configuration.identities = [server.identity]
///     otherConfiguration.trust = authority.trust
public struct TestIdentity: Sendable, Hashable {
  /// The certificate in DER.
  public let certificate: [UInt8]
  /// The private key as PKCS #8 in DER.
  public let privateKey: [UInt8]
  /// The certificates of those who vouch for it in DER, the nearest first and the root last.
  public let issuers: [[UInt8]]
  /// What it and all that it issues is made from; nil for OpenSSL's own random bytes.
  let seed: UInt64?

  /// What a certificate is for.
  public enum Purpose: Sendable, Hashable {
    /// To sign other certificates.
    case authority
    /// To be a TLS server.
    case server
    /// To be a TLS client.
    case client
    /// To sign OCSP responses in its issuer's place.
    case ocspResponder
  }

  /// The types of key.
  public enum Key: Sendable, Hashable, CaseIterable {
    /// ECDSA on NIST P-256.
    case p256
    /// RSA of 2048 bits.
    case rsa2048
    /// Ed25519.
    case ed25519
  }

  /// When certificates are valid unless asked otherwise: 2020 to 2049, in seconds since 1970.
  public static let validity: Range<Int64> = 1_577_836_800..<2_524_608_000

  /// A self-signed authority.
  ///
  /// With a seed, its key and serial number and those of all that it issues are made from that: the
  /// same seed and the same parameters give the same bytes, in every process.
  /// - Throws: what OpenSSL says of values that no certificate can hold.
  public static func authority(
    _ commonName: String = "Test CA", organization: String? = nil, key: Key = .p256,
    validity: Range<Int64> = validity, seed: UInt64? = nil
  ) throws(TLSError) -> TestIdentity {
    try selfSigned(
      .authority, commonName, organization: organization, key: key, validity: validity, seed: seed)
  }

  /// A certificate that vouches for itself and, unless its purpose is `.authority`, for nobody else:
  /// accepted by those who pin it, or have it among their authorities. The parameters are those of
  /// ``issue(_:_:organization:names:key:validity:keyUsage:)``, the seed that of
  /// ``authority(_:organization:key:validity:seed:)``.
  ///
  /// - Returns: the certificate with its key; it has no issuers.
  /// - Throws: what OpenSSL says of values that no certificate can hold.
  public static func selfSigned(
    _ purpose: Purpose, _ commonName: String = "test", organization: String? = nil,
    names: [Certificate.Name] = [], key: Key = .p256, validity: Range<Int64> = validity,
    seed: UInt64? = nil
  ) throws(TLSError) -> TestIdentity {
    let template = template(purpose, commonName, organization, names, validity, nil)
    let issued = try template.issue(
      key.issued, by: nil, entropy: seed.map(Entropy.seeded) ?? .system)
    return TestIdentity(
      certificate: issued.certificate, privateKey: issued.privateKey, issuers: [], seed: seed)
  }

  /// A certificate that this one signs; with `.authority` an intermediate. If this one has a seed,
  /// the same parameters give the same certificate and key again.
  ///
  /// - Parameters:
  ///   - purpose: What the certificate says it is for.
  ///   - commonName: Its subject.
  ///   - organization: More of its subject, up to 64 characters.
  ///   - names: Its subjectAltName.
  ///   - key: The type of its key, which is made anew.
  ///   - validity: From when to when, in seconds since 1970 in UTC.
  ///   - keyUsage: OpenSSL's words (x509v3_config(5)); nil for what the purpose wants.
  /// - Returns: the certificate with its key and its issuers.
  /// - Throws: what OpenSSL says of values that no certificate can hold.
  public func issue(
    _ purpose: Purpose, _ commonName: String = "test", organization: String? = nil,
    names: [Certificate.Name] = [], key: Key = .p256, validity: Range<Int64> = validity,
    keyUsage: [String]? = nil
  ) throws(TLSError) -> TestIdentity {
    let template = Self.template(purpose, commonName, organization, names, validity, keyUsage)
    let issuer = IssuedCertificate(certificate: certificate, privateKey: privateKey)
    let seed = seed.map { Self.seed(below: $0, for: "\(purpose) \(key) \(template)") }
    let issued = try template.issue(
      key.issued, by: issuer, entropy: seed.map(Entropy.seeded) ?? .system)
    return TestIdentity(
      certificate: issued.certificate, privateKey: issued.privateKey,
      issuers: [certificate] + issuers, seed: seed)
  }

  /// Another seed for everything else that is issued: two keys from one would be the same key.
  private static func seed(below seed: UInt64, for description: String) -> UInt64 {
    sha256(of: Array("\(seed) \(description)".utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private static func template(
    _ purpose: Purpose, _ commonName: String, _ organization: String?,
    _ names: [Certificate.Name], _ validity: Range<Int64>, _ keyUsage: [String]?
  ) -> CertificateTemplate {
    var template = CertificateTemplate(
      commonName: commonName, notBefore: validity.lowerBound, notAfter: validity.upperBound - 1)
    template.organization = organization
    template.names = names
    template.isAuthority = purpose == .authority
    template.keyUsage = keyUsage ?? purpose.keyUsage
    template.extendedKeyUsage = purpose.extendedKeyUsage
    return template
  }
}

extension TestIdentity {
  /// For ``TLSConfiguration/identities``: the chain without its root, and the key.
  public var identity: Identity {
    Identity(chain: .bytes(chain.flatMap { $0 }), key: .bytes(privateKey))
  }

  /// The certificate and those between it and the root, in DER.
  public var chain: [[UInt8]] { [certificate] + issuers.dropLast() }

  /// For ``TLSConfiguration/trust``: the root alone, which is the certificate itself if it has none.
  public var trust: Trust { .authorities(.bytes(issuers.last ?? certificate)) }

  /// The same with one bit of the issuer's signature flipped: a certificate that nobody vouches for,
  /// and that its own key still fits.
  public var tampered: TestIdentity {
    // A certificate ends with its signature (RFC 5280 §4.1).
    var forged = certificate
    forged[forged.count - 1] ^= 1
    return TestIdentity(certificate: forged, privateKey: privateKey, issuers: issuers, seed: seed)
  }

  /// The SHA-256 of the certificate, for ``Pin/certificate(sha256:)``: 32 bytes.
  public var fingerprint: [UInt8] { sha256(of: certificate) }

  /// The chain in PEM.
  public var chainPEM: String {
    get throws(TLSError) {
      var text = ""
      for certificate in chain { text += try PEM.certificate(certificate) }
      return text
    }
  }

  /// The root in PEM.
  public var rootPEM: String {
    get throws(TLSError) { try PEM.certificate(issuers.last ?? certificate) }
  }

  /// The private key in PEM, encrypted if there is a passphrase.
  public func privateKeyPEM(passphrase: String? = nil) throws(TLSError) -> String {
    try PEM.privateKey(privateKey, passphrase: passphrase)
  }
}

extension TestIdentity.Purpose {
  fileprivate var keyUsage: [String] {
    self == .authority ? ["keyCertSign", "cRLSign"] : ["digitalSignature"]
  }

  fileprivate var extendedKeyUsage: [String] {
    switch self {
    case .authority: []
    case .server: ["serverAuth"]
    case .client: ["clientAuth"]
    case .ocspResponder: ["OCSPSigning"]
    }
  }
}

extension TestIdentity.Key {
  fileprivate var issued: IssuedKeyType {
    switch self {
    case .p256: .p256
    case .rsa2048: .rsa2048
    case .ed25519: .ed25519
    }
  }
}
