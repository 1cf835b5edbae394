internal import COpenSSL

// What is asked of certificates less often.

extension Certificate {
  /// Reads one certificate (`d2i_X509`).
  ///
  /// - Throws: `.malformedCertificate` for anything else, more bytes behind it included.
  public init(der: [UInt8]) throws(TLSError) {
    ErrorQueue.clear()
    var length = 0
    let pointer = unsafe der.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      defer {
        if let start = buffer.baseAddress, let position = unsafe position {
          length = unsafe position - start
        }
      }
      return unsafe d2i_X509(nil, &position, buffer.count)
    }
    let stack = ErrorQueue.drain()
    let handle = unsafe pointer.map { unsafe X509Handle(owning: $0) }
    guard let handle, length == der.count else {
      throw TLSError(
        .malformedCertificate, .caller, "\(der.count) bytes are no certificate\(stack.reason)",
        stack: stack)
    }
    unsafe self.init(handle.pointer)
  }

  static func serialNumber(of certificate: OpaquePointer) -> [UInt8] {
    let number = unsafe ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil)
    defer { unsafe BN_free(number) }
    guard let number = unsafe number else { return [] }
    let size = unsafe Int(BN_num_bits(number) + 7) / 8
    return [UInt8](capacity: size) { out in
      unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
        filled = unsafe max(0, Int(BN_bn2bin(number, buffer.baseAddress)))
      }
    }
  }

  static func signatureAlgorithm(of certificate: OpaquePointer) -> String {
    unsafe OBJ_nid2ln(X509_get_signature_nid(certificate)).map { unsafe String(cString: $0) } ?? ""
  }
}

extension Certificate.KeyType {
  init(_ key: OpaquePointer?) {
    guard let key = unsafe key else {
      self = .other("")
      return
    }
    let bits = unsafe Int(EVP_PKEY_get_bits(key))
    switch unsafe EVP_PKEY_get_base_id(key) {
    case NID_rsaEncryption: self = .rsa(bits: bits)
    case NID_rsassaPss: self = .rsaPSS(bits: bits)
    case NID_ED25519: self = .ed25519
    case NID_ED448: self = .ed448
    case NID_X9_62_id_ecPublicKey: self = unsafe Self.curve(of: key)
    default:
      let name = unsafe EVP_PKEY_get0_type_name(key)
      self = .other(unsafe name.map { unsafe String(cString: $0) } ?? "")
    }
  }

  private static func curve(of key: OpaquePointer) -> Self {
    var name = [CChar](repeating: 0, count: 80)
    var count = 0
    guard unsafe EVP_PKEY_get_group_name(key, &name, name.count, &count) == 1 else {
      return .other("EC")
    }
    let text = String(decoding: name.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return curves[text].map { .ec($0) } ?? .other(text)
  }

  private static let curves: [String: NamedGroup] = [
    "prime256v1": .secp256r1, "secp384r1": .secp384r1, "secp521r1": .secp521r1,
  ]
}
