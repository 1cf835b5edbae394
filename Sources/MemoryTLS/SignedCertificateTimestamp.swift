/// A log's promise to show a certificate to all the world (SCT, RFC 6962 §3.2). Nothing here checks
/// its signature, or whose log it is.
public struct SignedCertificateTimestamp: Sendable, Hashable {
  /// The version; 0 for the only one there is, v1.
  public let version: UInt8
  /// The SHA-256 of the log's key: 32 bytes.
  public let logID: [UInt8]
  /// When it was made, in milliseconds since 1970 in UTC.
  public let timestamp: UInt64
  /// What it came in.
  public let source: Source

  /// Where a timestamp can stand.
  public enum Source: Sendable, Hashable {
    /// In the certificate itself.
    case certificate
    /// In an extension of the handshake, which servers send to clients that ask.
    case handshake
    /// In a stapled OCSP response.
    case ocspResponse
    /// OpenSSL does not say.
    case unknown
  }
}

/// Whether a client asks for signed certificate timestamps in the handshake.
public enum CertificateTimestamps: Sendable, Hashable {
  /// No. Those in certificates and stapled OCSP responses can be read all the same.
  case unrequested
  /// Yes (`SSL_CTX_set_ct_validation_callback`); whatever comes, and whether something comes, is left to the caller.
  case requested
}
