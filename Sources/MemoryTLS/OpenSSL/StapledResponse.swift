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

/// Owns an `OCSP_RESPONSE` and the `OCSP_BASICRESP` in it.
@safe
private final class OCSPHandle {
  private let pointer: OpaquePointer
  /// What is signed in it; nil for an error, or if it is malformed.
  let basic: OpaquePointer?

  init?(_ bytes: [UInt8]) {
    var rest = bytes.count
    let response = unsafe bytes.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      let response = unsafe d2i_OCSP_RESPONSE(nil, &position, buffer.count)
      if let start = buffer.baseAddress, let position = unsafe position {
        rest -= unsafe position - start
      }
      return unsafe response
    }
    guard let response = unsafe response else { return nil }
    unsafe pointer = response
    unsafe basic = OCSP_response_get1_basic(response)
    if rest != 0 { return nil }
  }

  deinit {
    unsafe OCSP_BASICRESP_free(basic)
    unsafe OCSP_RESPONSE_free(pointer)
  }

  var status: CInt { unsafe OCSP_response_status(pointer) }

  /// What it says of each certificate (`OCSP_SINGLERESP`).
  var answers: [OpaquePointer] {
    let indices = unsafe 0..<max(0, OCSP_resp_count(basic))
    return unsafe indices.compactMap { unsafe OCSP_resp_get0(basic, $0) }
  }

  /// What it says of a certificate, found by the issuer's name and key and by its number.
  func answer(about leaf: OpaquePointer, of issuer: OpaquePointer) -> OpaquePointer? {
    unsafe answers.first { answer in
      let id = unsafe OCSP_SINGLERESP_get0_id(answer)
      var algorithm: OpaquePointer?
      unsafe OCSP_id_get0_info(nil, &algorithm, nil, nil, id)
      guard let digest = unsafe EVP_get_digestbyname(OBJ_nid2sn(OBJ_obj2nid(algorithm))) else {
        return false
      }
      let wanted = unsafe OCSP_cert_to_id(digest, leaf, issuer)
      defer { unsafe OCSP_CERTID_free(wanted) }
      return unsafe wanted != nil && OCSP_id_cmp(wanted, id) == 0
    }
  }

  /// Whether the issuer signed it, or somebody whose certificate for that the issuer signed: nothing
  /// but the issuer is believed here, so that chains end there.
  func isSigned(for issuer: OpaquePointer, _ chain: OpaquePointer, at time: Int64?) -> Bool {
    guard let basic = unsafe basic, let store = unsafe X509_STORE_new() else { return false }
    defer { unsafe X509_STORE_free(store) }
    unsafe X509_STORE_add_cert(store, issuer)
    unsafe X509_STORE_set_flags(store, CUnsignedLong(X509_V_FLAG_PARTIAL_CHAIN))
    if let time { unsafe X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), time_t(time)) }
    return unsafe OCSP_basic_verify(basic, chain, store, 0) == 1
  }
}
