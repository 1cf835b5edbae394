internal import COpenSSL

// What channel bindings are made of.

extension Connection {
  /// What tls-server-end-point comes to.
  enum ServerEndPoint {
    case hash([UInt8])
    case noCertificate
    /// The signature has no hash of its own, or is not known; its name.
    case noHash(String)
  }

  var hasExtendedMasterSecret: Bool { unsafe COpenSSL_SSL_get_extms_support(ssl) == 1 }

  var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

  /// Hashes the server's certificate as its signature did; MD5 and SHA-1 give way to SHA-256
  /// (RFC 5929 §4.1).
  func serverEndPoint(as role: Role) -> ServerEndPoint {
    let isServer = role == .server
    guard
      let certificate = unsafe isServer
        ? SSL_get_certificate(ssl) : SSL_get0_peer_certificate(ssl)
    else { return .noCertificate }
    var hash = NID_undef
    unsafe X509_get_signature_info(certificate, &hash, nil, nil, nil)
    if hash == NID_md5 || hash == NID_sha1 || hash == NID_md5_sha1 { hash = NID_sha256 }
    ErrorQueue.clear()
    guard hash != NID_undef, let name = unsafe OBJ_nid2sn(hash),
      let function = unsafe EVP_get_digestbyname(name)
    else { return unsafe .noHash(signatureName(of: certificate)) }
    return unsafe .hash(digest { unsafe X509_digest(certificate, function, $0, $1) })
  }

  private func signatureName(of certificate: OpaquePointer) -> String {
    let type = unsafe X509_get_signature_nid(certificate)
    return unsafe OBJ_nid2sn(type).map { unsafe String(cString: $0) } ?? "type \(type)"
  }

  /// The Finished that was sent first: the client's, or the server's in a resumption.
  func firstFinished(as role: Role) -> [UInt8] {
    let isOurs = (role == .server) == isResumed
    return isOurs ? finished : peerFinished
  }

  /// The verify data of the latest Finished that we sent (`SSL_get_finished`); empty before one.
  var finished: [UInt8] {
    unsafe verifyData { unsafe SSL_get_finished(ssl, $0, $1) }
  }

  /// The verify data of the latest Finished that the peer sent (`SSL_get_peer_finished`).
  var peerFinished: [UInt8] {
    unsafe verifyData { unsafe SSL_get_peer_finished(ssl, $0, $1) }
  }

  private func verifyData(_ copy: (UnsafeMutableRawPointer?, Int) -> Int) -> [UInt8] {
    let size = Int(EVP_MAX_MD_SIZE)
    return [UInt8](capacity: size) { out in
      unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
        filled = unsafe max(0, min(size, copy(buffer.baseAddress, size)))
      }
    }
  }
}
