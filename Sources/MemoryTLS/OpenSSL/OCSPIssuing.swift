internal import COpenSSL

/// What an OCSP response that is to be made shall say of a certificate.
package enum IssuedStatus: Sendable {
  case good
  case revoked
  case unknown

  fileprivate var number: CInt {
    switch self {
    case .good: V_OCSP_CERTSTATUS_GOOD
    case .revoked: V_OCSP_CERTSTATUS_REVOKED
    case .unknown: V_OCSP_CERTSTATUS_UNKNOWN
    }
  }
}

extension IssuedCertificate {
  /// An OCSP response in DER (RFC 6960), signed by this one, about a certificate of an issuer.
  package func ocspResponse(
    for certificate: [UInt8], of issuer: [UInt8], _ status: IssuedStatus, thisUpdate: Int64,
    nextUpdate: Int64?
  ) throws(TLSError) -> [UInt8] {
    let key = try Source.bytes(privateKey).privateKey(passphrase: nil)
    let certificates = try Source.bytes(self.certificate + certificate + issuer).certificates()
    guard certificates.count == 3 else { throw .configuration("an OCSP response needs an issuer") }
    ErrorQueue.clear()
    let (signer, subject, issuer) = (certificates[0], certificates[1], certificates[2])
    let bytes = unsafe encodedResponse { basic in
      unsafe Self.add(
        status, about: OCSP_cert_to_id(EVP_sha1(), subject.pointer, issuer.pointer), to: basic,
        TimeHandle(thisUpdate), nextUpdate.map { TimeHandle($0) })
        && sign(basic, signer, key, producedAt: thisUpdate)
    }
    guard let bytes else {
      let stack = ErrorQueue.drain()
      throw .configuration("cannot make an OCSP response\(stack.reason)", stack)
    }
    return bytes
  }

  private func encodedResponse(_ fill: (OpaquePointer) -> Bool) -> [UInt8]? {
    guard let basic = unsafe OCSP_BASICRESP_new() else { return nil }
    defer { unsafe OCSP_BASICRESP_free(basic) }
    guard unsafe fill(basic),
      let response = unsafe OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic)
    else { return nil }
    defer { unsafe OCSP_RESPONSE_free(response) }
    return unsafe encoded { unsafe i2d_OCSP_RESPONSE(response, $0) }
  }

  private static func add(
    _ status: IssuedStatus, about id: OpaquePointer?, to basic: OpaquePointer,
    _ thisUpdate: TimeHandle, _ nextUpdate: TimeHandle?
  ) -> Bool {
    defer { unsafe OCSP_CERTID_free(id) }
    let revokedAt = unsafe status == .revoked ? thisUpdate.generalized : nil
    return unsafe OCSP_basic_add1_status(
      basic, id, status.number, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revokedAt,
      thisUpdate.generalized, nextUpdate?.generalized) != nil
  }

  /// With a fixed date, so that the same values make the same response.
  private func sign(
    _ basic: OpaquePointer, _ signer: X509Handle, _ key: KeyHandle, producedAt: Int64
  ) -> Bool {
    let date = unsafe UnsafeMutablePointer(mutating: OCSP_resp_get0_produced_at(basic))
    return unsafe ASN1_GENERALIZEDTIME_set(date, time_t(producedAt)) != nil
      && OCSP_basic_sign(
        basic, signer.pointer, key.pointer, key.usualDigest, nil, CUnsignedLong(OCSP_NOTIME)) == 1
  }
}
