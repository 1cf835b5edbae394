internal import COpenSSL

/// A PKCS #12 file: a key and certificates under one passphrase (RFC 7292).
@safe
final class PKCS12 {
  private let pointer: OpaquePointer
  private let label: String

  /// Nil if the source's bytes are something else.
  init?(_ source: Source) throws(TLSError) {
    if case .store = source { return nil }
    let bytes = try source.read()
    guard !bytes.isPEM else { return nil }
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    let found = unsafe bytes.withUnsafeBufferPointer { buffer in
      var position = buffer.baseAddress
      return unsafe d2i_PKCS12(nil, &position, buffer.count)
    }
    guard let found = unsafe found else { return nil }
    unsafe pointer = found
    label = source.label
  }

  deinit { unsafe PKCS12_free(pointer) }

  /// The key and its chain (`PKCS12_parse`).
  func credentials(
    passphrase: String?
  ) throws(TLSError) -> (chain: [X509Handle], key: KeyHandle) {
    let (key, certificates) = try open(passphrase)
    guard let key else {
      throw TLSError(.malformedKey, .caller, "no private key in PKCS #12 \(label)")
    }
    guard !certificates.isEmpty else {
      throw TLSError(.emptyChain, .caller, "no certificate in PKCS #12 \(label)")
    }
    guard let chain = certificates.chain(of: key) else {
      throw TLSError(
        .keyMismatch, .caller,
        "private key of PKCS #12 \(label) belongs to none of its \(certificates.count) certificates"
      )
    }
    return (chain, key)
  }

  /// Everything in it. Without a passphrase, none at all and an empty one are tried.
  private func open(_ passphrase: String?) throws(TLSError) -> (KeyHandle?, [X509Handle]) {
    let request = PassphraseRequest(passphrase)
    // C would read the passphrase up to a NUL.
    guard passphrase?.utf8.contains(0) != true else {
      throw request.refusal("PKCS #12 \(label)", [])
    }
    var (key, leaf, others): (OpaquePointer?, OpaquePointer?, OpaquePointer?)
    ErrorQueue.clear()
    let isOpen = unsafe PKCS12_parse(pointer, passphrase, &key, &leaf, &others) == 1
    let stack = ErrorQueue.drain()
    defer { unsafe COpenSSL_sk_X509_pop_free(others) }
    guard isOpen else {
      try request.check("PKCS #12 \(label)", stack)
      let isUnchecked = unsafe PKCS12_mac_present(pointer) == 0
      guard !stack.blamesPassphrase(ofUnchecked: isUnchecked) else {
        throw request.refusal("PKCS #12 \(label)", stack)
      }
      throw TLSError(
        .malformedKey, .caller, "PKCS #12 \(label) is malformed\(stack.reason)", stack: stack)
    }
    var certificates = unsafe X509Handle.all(in: others)
    if let leaf = unsafe leaf { certificates.insert(unsafe X509Handle(owning: leaf), at: 0) }
    return (unsafe key.map { unsafe KeyHandle(owning: $0) }, certificates)
  }
}

extension X509Handle {
  /// A reference to each certificate of a stack.
  static func all(in stack: OpaquePointer?) -> [X509Handle] {
    (0..<max(0, unsafe COpenSSL_sk_X509_num(stack))).compactMap { index in
      guard let certificate = unsafe COpenSSL_sk_X509_value(stack, index) else { return nil }
      unsafe X509_up_ref(certificate)
      return unsafe X509Handle(owning: certificate)
    }
  }
}

extension [OpenSSLError] {
  /// The check of the whole file failed, or a decryption where the file has no such check.
  ///
  /// There, one wrong passphrase in 256 makes something that only looks decrypted.
  fileprivate func blamesPassphrase(ofUnchecked isUnchecked: Bool) -> Bool {
    contains { error in
      switch (error.library, error.reason) {
      case (Int(ERR_LIB_PKCS12), Int(PKCS12_R_MAC_VERIFY_FAILURE)),
        (Int(ERR_LIB_PKCS12), Int(PKCS12_R_PKCS12_CIPHERFINAL_ERROR)):
        true
      case (Int(ERR_LIB_PKCS12), Int(PKCS12_R_DECODE_ERROR)): isUnchecked
      default: false
      }
    }
  }
}
