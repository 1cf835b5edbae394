/// Whose certificates are believed.
public enum Trust: Sendable, Hashable {
  /// The system's roots, as OpenSSL was built to find them (`SSL_CERT_FILE` and `SSL_CERT_DIR` too).
  ///
  /// One store serves the whole process. It is made by the first context that asks for it: a file of
  /// roots is read then (about 20 ms) and not again before ``forgetSystemRoots()``; a hashed directory is looked into whenever an
  /// unknown issuer turns up, so that roots added to it later are found.
  case system
  /// These authorities alone, PEM or DER. A server sends their names to clients it asks for
  /// certificates.
  case authorities(Source)
  /// A directory of PEM files named by subject hash (`openssl rehash`), read as needed.
  case directory(String)
  /// A peer whose own certificate or public key is among these. Neither the chain nor the dates are
  /// looked at; the name is, if ``ServerIdentity/name(_:)`` or ``ServerIdentity/address(_:)`` is.
  case pins(Set<Pin>)
  /// Whom the caller accepts at ``Decision/peerCertificate(_:)``, which ``TLSConfiguration/decisions``
  /// must have: OpenSSL looks at neither the chain nor the dates nor the name.
  case decision
  /// Anyone at all: the connection is encrypted and may be with an attacker.
  case acceptAnyoneInsecurely
}

/// The SHA-256 of something in a peer's certificate.
public enum Pin: Sendable, Hashable {
  /// Of the whole certificate in DER (what `openssl x509 -fingerprint -sha256` shows): 32 bytes.
  case certificate(sha256: [UInt8])
  /// Of its SubjectPublicKeyInfo in DER (RFC 7469 §2.4), which outlives renewals: 32 bytes.
  case publicKey(sha256: [UInt8])

  /// The digest.
  var digest: [UInt8] {
    switch self {
    case .certificate(let sha256), .publicKey(let sha256): sha256
    }
  }
}

/// Whether a server asks its clients for certificates.
public enum ClientCertificates: Sendable, Hashable {
  /// No.
  case none
  /// Yes; a client may go without. One that comes must be trusted.
  case request
  /// Yes; a client without is refused (certificate_required, or handshake_failure in TLS 1.2).
  ///
  /// Whoever the configuration's ``TLSConfiguration/trust`` vouches for gets in: with
  /// ``Trust/system`` anyone to whom a public authority gave a client certificate.
  case require
}
