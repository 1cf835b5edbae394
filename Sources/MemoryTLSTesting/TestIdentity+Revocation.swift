public import MemoryTLS

extension TestIdentity {
  /// A list of revoked certificates (CRL) that this authority signs, for
  /// ``Verification/revocationLists``.
  ///
  /// - Parameters:
  ///   - identities: Whose certificates are on it.
  ///   - validity: From when to when it is in force, in seconds since 1970 in UTC.
  /// - Returns: the list in DER.
  /// - Throws: what OpenSSL says of values that no list can hold.
  public func revocationList(
    revoking identities: [TestIdentity] = [], validity: Range<Int64> = validity
  ) throws(TLSError) -> [UInt8] {
    try issued.revocationList(
      revoking: identities.map(\.certificate), thisUpdate: validity.lowerBound,
      nextUpdate: validity.upperBound - 1)
  }

  /// An OCSP response about a certificate, for `Identity.ocspResponse`.
  ///
  /// - Parameters:
  ///   - identity: Whose certificate it is about, issued by this authority.
  ///   - status: What it says.
  ///   - validity: From when to when it is in force, in seconds since 1970 in UTC.
  ///   - responder: Who signs it in this one's place.
  /// - Returns: the response in DER.
  /// - Throws: what OpenSSL says of values that no response can hold.
  public func ocspResponse(
    for identity: TestIdentity, status: OCSPStatus = .good, validity: Range<Int64> = validity,
    responder: TestIdentity? = nil
  ) throws(TLSError) -> [UInt8] {
    try (responder ?? self).issued.ocspResponse(
      for: identity.certificate, of: certificate, status.issued, thisUpdate: validity.lowerBound,
      nextUpdate: validity.upperBound - 1)
  }

  /// What an OCSP response says of a certificate.
  public enum OCSPStatus: Sendable, Hashable {
    /// It was not revoked.
    case good
    /// It was revoked when the response came into force.
    case revoked
    /// The responder does not know it.
    case unknown

    fileprivate var issued: IssuedStatus {
      switch self {
      case .good: .good
      case .revoked: .revoked
      case .unknown: .unknown
      }
    }
  }

  private var issued: IssuedCertificate {
    IssuedCertificate(certificate: certificate, privateKey: privateKey)
  }
}
