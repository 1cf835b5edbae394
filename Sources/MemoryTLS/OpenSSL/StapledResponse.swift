internal import COpenSSL

/// An OCSP response that a server stapled (RFC 6960).
enum StapledResponse {
  /// Why one is not accepted.
  struct Failure {
    let code: CInt
    let reason: String

    static let missing = Failure(
      code: X509_V_ERR_OCSP_VERIFY_NEEDED, reason: "no OCSP response was stapled")

    fileprivate static func revoked(_ reason: CInt) -> Failure {
      let why = unsafe reason < 0 ? "" : ": " + String(cString: OCSP_crl_reason_str(CLong(reason)))
      return Failure(
        code: X509_V_ERR_CERT_REVOKED,
        reason: "certificate revoked, as the stapled OCSP response says\(why)")
    }

    fileprivate static func unverified(_ words: String) -> Failure {
      Failure(code: X509_V_ERR_OCSP_VERIFY_FAILED, reason: "the stapled OCSP response \(words)")
    }
  }

  /// Its DER, on a client (`SSL_get_tlsext_status_ocsp_resp`); nil if there is none.
  static func bytes(of ssl: OpaquePointer) -> [UInt8]? {
    guard unsafe SSL_is_server(ssl) == 0 else { return nil }
    var start: UnsafePointer<UInt8>?
    let count = unsafe COpenSSL_SSL_get_tlsext_status_ocsp_resp(ssl, &start)
    guard count > 0 else { return nil }
    return unsafe Array(UnsafeBufferPointer(start: start, count: count))
  }

  /// Throws if it cannot be stapled to a certificate of ours.
  static func check(
    _ bytes: [UInt8], of source: Source, isAbout leaf: X509Handle
  ) throws(TLSError) {
    ErrorQueue.clear()
    guard let response = OCSPHandle(bytes), unsafe response.basic != nil else {
      throw TLSError(
        .malformedOCSPResponse, .caller, "\(source.label) is no OCSP response in DER",
        stack: ErrorQueue.drain())
    }
    let serial = unsafe X509_get0_serialNumber(leaf.pointer)
    let isAbout = unsafe response.answers.contains { answer in
      var number: UnsafeMutablePointer<ASN1_INTEGER>?
      let id = unsafe OCSP_SINGLERESP_get0_id(answer)
      unsafe OCSP_id_get0_info(nil, nil, nil, &number, id)
      return unsafe ASN1_INTEGER_cmp(number, serial) == 0
    }
    guard isAbout else {
      let subject = unsafe text(of: X509_get_subject_name(leaf.pointer))
      throw .configuration("OCSP response \(source.label) says nothing of \(subject)")
    }
  }

  /// Why it does not prove that the first certificate of a verified chain is good; nil if it does.
  static func failure(
    of bytes: [UInt8], for chain: OpaquePointer, at time: Int64?
  ) -> Failure? {
    guard let response = OCSPHandle(bytes) else { return .unverified("is malformed") }
    guard response.status == OCSP_RESPONSE_STATUS_SUCCESSFUL else {
      let status = unsafe String(cString: OCSP_response_status_str(CLong(response.status)))
      return .unverified("is an error: \(status)")
    }
    guard let leaf = unsafe COpenSSL_sk_X509_value(chain, 0),
      let issuer = unsafe COpenSSL_sk_X509_value(chain, 1)
    else { return .unverified("has no issuer to sign it") }
    guard unsafe response.isSigned(for: issuer, chain, at: time) else {
      return .unverified("is not signed for its issuer\(ErrorQueue.drain().reason)")
    }
    guard let answer = unsafe response.answer(about: leaf, of: issuer) else {
      return .unverified("is about other certificates")
    }
    return unsafe failure(of: answer, at: time)
  }

  private static func failure(of answer: OpaquePointer, at time: Int64?) -> Failure? {
    var reason: CInt = -1
    var thisUpdate: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    var nextUpdate: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?
    let status = unsafe OCSP_single_get0_status(answer, &reason, nil, &thisUpdate, &nextUpdate)
    switch status {
    case V_OCSP_CERTSTATUS_REVOKED: return .revoked(reason)
    case V_OCSP_CERTSTATUS_GOOD: break
    default:
      return Failure(
        code: X509_V_ERR_OCSP_CERT_UNKNOWN,
        reason: "certificate unknown, as the stapled OCSP response says")
    }
    let isFresh =
      if let time {
        unsafe isInForce(thisUpdate, nextUpdate, at: time)
      } else {
        unsafe OCSP_check_validity(thisUpdate, nextUpdate, skew, nextUpdate == nil ? day : -1) == 1
      }
    return isFresh ? nil : .unverified("is not in force")
  }

  /// What `OCSP_check_validity` does, at another time than now.
  private static func isInForce(
    _ thisUpdate: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?,
    _ nextUpdate: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?, at time: Int64
  ) -> Bool {
    guard let begin = unsafe seconds(thisUpdate) else { return false }
    guard unsafe nextUpdate != nil else {
      return begin - Int64(skew)...begin + Int64(day + skew) ~= time
    }
    guard let end = unsafe seconds(nextUpdate), begin <= end else { return false }
    return begin - Int64(skew)...end + Int64(skew) ~= time
  }

  private static func seconds(_ time: UnsafeMutablePointer<ASN1_GENERALIZEDTIME>?) -> Int64? {
    guard unsafe time != nil, unsafe ASN1_GENERALIZEDTIME_check(time) == 1 else { return nil }
    return unsafe secondsSince1970(time)
  }

  private static let skew = 300
  private static let day = 86400
}
