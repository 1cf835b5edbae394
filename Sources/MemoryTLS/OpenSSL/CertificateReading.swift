internal import COpenSSL

// Reading certificates into values.

extension Certificate {
  /// Copies what a certificate says; anything unreadable in it becomes empty.
  init(_ certificate: OpaquePointer) {
    let (notBefore, notAfter) = unsafe (
      X509_get0_notBefore(certificate), X509_get0_notAfter(certificate)
    )
    unsafe self.init(
      der: encoded { unsafe i2d_X509(certificate, $0) },
      subject: text(of: X509_get_subject_name(certificate)),
      issuer: text(of: X509_get_issuer_name(certificate)),
      names: Self.names(of: certificate),
      notBefore: secondsSince1970(notBefore),
      notAfter: secondsSince1970(notAfter),
      serialNumber: Self.serialNumber(of: certificate),
      keyType: KeyType(X509_get0_pubkey(certificate)),
      signatureAlgorithm: Self.signatureAlgorithm(of: certificate),
      fingerprint: MemoryTLS.fingerprint(of: certificate),
      publicKeyFingerprint: MemoryTLS.publicKeyFingerprint(of: certificate))
    ErrorQueue.clear()
  }

  private static func names(of certificate: OpaquePointer) -> [Name] {
    let extensions = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil)
    guard let names = unsafe extensions.map({ OpaquePointer($0) }) else { return [] }
    defer { unsafe GENERAL_NAMES_free(names) }
    return (0..<(unsafe COpenSSL_sk_GENERAL_NAME_num(names))).compactMap { index in
      unsafe COpenSSL_sk_GENERAL_NAME_value(names, index).flatMap { unsafe Name($0) }
    }
  }
}

extension Certificate.Name {
  fileprivate init?(_ name: UnsafeMutablePointer<GENERAL_NAME>) {
    var type: CInt = 0
    let value = unsafe GENERAL_NAME_get0_value(name, &type).map { OpaquePointer($0) }
    guard [GEN_DNS, GEN_IPADD, GEN_EMAIL, GEN_URI].contains(type), let value = unsafe value
    else { return nil }
    let string = unsafe UnsafePointer<ASN1_STRING>(value)
    let start = unsafe ASN1_STRING_get0_data(string)
    let bytes = unsafe Array(
      UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    let text = String(decoding: bytes, as: UTF8.self)
    switch type {
    case GEN_DNS: self = .dns(text)
    case GEN_EMAIL: self = .email(text)
    case GEN_URI: self = .uri(text)
    default: self = .address(IPText.text(of: bytes))
    }
  }
}

/// Runs an `i2d_` function twice: for the size, and for the bytes.
func encoded(
  _ encode: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> CInt
) -> [UInt8] {
  let size = max(0, Int(encode(nil)))
  return [UInt8](capacity: size) { out in
    unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
      var position = buffer.baseAddress
      filled = unsafe max(0, min(size, Int(encode(&position))))
    }
  }
}

/// A distinguished name as `CN=example.org, O=Example`.
func text(of name: OpaquePointer?) -> String {
  guard let name = unsafe name, let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
  defer { unsafe BIO_free(bio) }
  unsafe X509_NAME_print_ex(bio, name, 0, COpenSSL_NAME_FLAGS)
  return unsafe contents(of: bio)
}

/// What was written to a memory BIO, as text.
func contents(of bio: OpaquePointer) -> String {
  var start: UnsafeMutablePointer<CChar>?
  let count = unsafe max(0, COpenSSL_BIO_get_mem_data(bio, &start))
  return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
}

/// A date as seconds; 0 for one that cannot be read.
func secondsSince1970(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
  let epoch = unsafe ASN1_TIME_set(nil, 0)
  defer { unsafe ASN1_TIME_free(epoch) }
  var days: CInt = 0
  var seconds: CInt = 0
  guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return 0 }
  return Int64(days) * 86400 + Int64(seconds)
}

/// The SHA-256 of the whole certificate.
func fingerprint(of certificate: OpaquePointer) -> [UInt8] {
  unsafe digest { unsafe X509_digest(certificate, EVP_sha256(), $0, $1) }
}

/// The SHA-256 of the SubjectPublicKeyInfo.
func publicKeyFingerprint(of certificate: OpaquePointer) -> [UInt8] {
  unsafe sha256(
    of: encoded { unsafe i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), $0) })
}

/// The SHA-256: 32 bytes (`EVP_Digest`).
package func sha256(of bytes: [UInt8]) -> [UInt8] {
  unsafe digest { unsafe EVP_Digest(bytes, bytes.count, $0, $1, EVP_sha256(), nil) }
}

/// Runs a digest function over room for the longest digest, 64 bytes; empty where it fails.
func digest(
  _ compute: (UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<CUnsignedInt>?) -> CInt
) -> [UInt8] {
  let size = Int(EVP_MAX_MD_SIZE)
  return [UInt8](capacity: size) { out in
    unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
      var count: CUnsignedInt = 0
      let isDone = unsafe compute(buffer.baseAddress, &count) == 1
      filled = isDone ? min(size, Int(count)) : 0
    }
  }
}
