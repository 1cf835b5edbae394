internal import COpenSSL

/// Owns an `OCSP_RESPONSE` and the `OCSP_BASICRESP` in it.
@safe
final class OCSPHandle {
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
