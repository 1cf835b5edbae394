/// What a certificate that is to be made shall say.
package struct CertificateTemplate: Sendable {
  package var commonName: String
  package var organization: String?
  package var names: [Certificate.Name] = []
  /// Seconds since 1970 in UTC.
  package var notBefore: Int64
  package var notAfter: Int64
  package var isAuthority = false
  /// OpenSSL's words, such as `digitalSignature`; empty for no such extension.
  package var keyUsage: [String] = []
  /// OpenSSL's words, such as `serverAuth`; empty for no such extension.
  package var extendedKeyUsage: [String] = []
  /// More extensions in OpenSSL's configuration language (x509v3_config(5)), by name or number.
  package var otherExtensions: [String: String] = [:]

  package init(commonName: String, notBefore: Int64, notAfter: Int64) {
    self.commonName = commonName
    self.notBefore = notBefore
    self.notAfter = notAfter
  }
}

/// A certificate and its private key, both in DER (the key as PKCS #8).
package struct IssuedCertificate: Sendable, Hashable {
  package let certificate: [UInt8]
  package let privateKey: [UInt8]

  package init(certificate: [UInt8], privateKey: [UInt8]) {
    self.certificate = certificate
    self.privateKey = privateKey
  }
}

/// The types of key that can be made.
package enum IssuedKeyType: Sendable {
  case p256
  case rsa2048
  case ed25519
}
