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

  private var issued: IssuedCertificate {
    IssuedCertificate(certificate: certificate, privateKey: privateKey)
  }
}
