internal import COpenSSL

// Signed certificate timestamps, read and never judged.

extension ContextHandle {
  /// OpenSSL asks only where a callback is to validate what comes. This one accepts everything, and
  /// clears what reading malformed timestamps left on the error queue, which would end a handshake
  /// that goes on (OpenSSL's own permissive callback leaves it there).
  func applyTimestamps(_ timestamps: CertificateTimestamps) throws(TLSError) {
    guard timestamps == .requested else { return }
    let isSet = unsafe SSL_CTX_set_ct_validation_callback(
      pointer,
      { _, _, _ in
        ErrorQueue.clear()
        return 1
      }, nil)
    guard isSet == 1 else {
      throw .configuration("certificate timestamps cannot be asked for", ErrorQueue.drain())
    }
  }
}

extension Connection {
  /// All that the peer gave; none if one source is malformed (`SSL_get0_peer_scts`).
  var timestamps: [SignedCertificateTimestamp] {
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    let list = unsafe SSL_get0_peer_scts(ssl)
    let count = unsafe max(0, COpenSSL_sk_SCT_num(list))
    return (0..<count).compactMap { index in
      unsafe COpenSSL_sk_SCT_value(list, index).map { unsafe SignedCertificateTimestamp($0) }
    }
  }
}

extension SignedCertificateTimestamp {
  fileprivate init(_ timestamp: OpaquePointer) {
    var start: UnsafeMutablePointer<UInt8>?
    let count = unsafe SCT_get0_log_id(timestamp, &start)
    unsafe self.init(
      version: UInt8(truncatingIfNeeded: SCT_get_version(timestamp).rawValue),
      logID: Array(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count)),
      timestamp: SCT_get_timestamp(timestamp),
      source: Source(SCT_get_source(timestamp)))
  }
}

extension SignedCertificateTimestamp.Source {
  fileprivate init(_ source: sct_source_t) {
    switch source {
    case SCT_SOURCE_TLS_EXTENSION: self = .handshake
    case SCT_SOURCE_X509V3_EXTENSION: self = .certificate
    case SCT_SOURCE_OCSP_STAPLED_RESPONSE: self = .ocspResponse
    default: self = .unknown
    }
  }
}
