internal import COpenSSL

// Making certificates and keys, for tests and throw-away identities.

extension CertificateTemplate {
  /// Makes a key and a certificate for it, signed by an issuer or, without one, by itself.
  package func issue(
    _ type: IssuedKeyType, by issuer: IssuedCertificate?, entropy: Entropy = .system
  ) throws(TLSError) -> IssuedCertificate {
    try LibraryContext.of(entropy).run { () throws(TLSError) in try make(type, by: issuer) }
  }

  private func make(
    _ type: IssuedKeyType, by issuer: IssuedCertificate?
  ) throws(TLSError) -> IssuedCertificate {
    let names = try alternativeNames()
    ErrorQueue.clear()
    guard let key = type.generate() else { throw .outOfMemory("EVP_PKEY_Q_keygen") }
    guard let pointer = unsafe X509_new() else { throw .outOfMemory("X509_new") }
    let certificate = unsafe X509Handle(owning: pointer)
    var issuerCertificate = certificate
    var issuerKey = key
    if let issuer {
      issuerCertificate = try Source.bytes(issuer.certificate).certificates().first ?? certificate
      issuerKey = try Source.bytes(issuer.privateKey).privateKey(passphrase: nil)
    }
    guard fill(certificate, key, issuerCertificate), unsafe names.add(to: certificate.pointer),
      sign(certificate, issuerKey)
    else {
      let stack = ErrorQueue.drain()
      throw .configuration("cannot make a certificate for \(commonName)\(stack.reason)", stack)
    }
    return unsafe IssuedCertificate(
      certificate: encoded { unsafe i2d_X509(certificate.pointer, $0) },
      privateKey: key.pkcs8)
  }

  private func alternativeNames() throws(TLSError) -> AlternativeNames {
    do throws(TLSError) { return try AlternativeNames(names) } catch {
      throw .configuration("cannot make a certificate for \(commonName): \(error.message)")
    }
  }

  private func fill(
    _ certificate: X509Handle, _ key: KeyHandle, _ issuer: X509Handle
  ) -> Bool {
    let target = unsafe certificate.pointer
    var serial: [UInt8] = Array(repeating: 0, count: 16)
    guard unsafe RAND_bytes(&serial, 16) == 1,
      unsafe X509_set_version(target, CLong(X509_VERSION_3)) == 1,
      unsafe setSerial(serial, of: target),
      unsafe X509_set_pubkey(target, key.pointer) == 1,
      unsafe ASN1_TIME_set(X509_getm_notBefore(target), Int(notBefore)) != nil,
      unsafe ASN1_TIME_set(X509_getm_notAfter(target), Int(notAfter)) != nil,
      unsafe setSubject(of: target),
      unsafe X509_set_issuer_name(target, X509_get_subject_name(issuer.pointer)) == 1
    else { return false }
    return extensions.allSatisfy { name, value in
      unsafe addExtension(name, value, to: target, issuer: issuer.pointer)
    }
  }

  private func setSerial(_ bytes: [UInt8], of target: OpaquePointer) -> Bool {
    let number = unsafe BN_bin2bn(bytes, CInt(bytes.count), nil)
    defer { unsafe BN_free(number) }
    return unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(target)) != nil
  }

  private func setSubject(of target: OpaquePointer) -> Bool {
    let subject = unsafe X509_get_subject_name(target)
    let entries = [("O", organization), ("CN", commonName)]
    return entries.allSatisfy { field, value in
      guard let value else { return true }
      let bytes = Array(value.utf8)
      return unsafe X509_NAME_add_entry_by_txt(
        subject, field, MBSTRING_UTF8, bytes, CInt(bytes.count), -1, 0) == 1
    }
  }

  /// All but the names, in OpenSSL's configuration language (x509v3_config(5)).
  private var extensions: [(String, String)] {
    var list = [
      ("basicConstraints", isAuthority ? "critical,CA:TRUE" : "critical,CA:FALSE"),
      ("subjectKeyIdentifier", "hash"),
      ("authorityKeyIdentifier", "keyid"),
    ]
    if !keyUsage.isEmpty {
      list.append(("keyUsage", "critical," + keyUsage.joined(separator: ",")))
    }
    if !extendedKeyUsage.isEmpty {
      list.append(("extendedKeyUsage", extendedKeyUsage.joined(separator: ",")))
    }
    return list + otherExtensions.sorted { $0.key < $1.key }
  }

  private func addExtension(
    _ name: String, _ value: String, to target: OpaquePointer, issuer: OpaquePointer
  ) -> Bool {
    var context = unsafe X509V3_CTX()
    unsafe X509V3_set_ctx(&context, issuer, target, nil, nil, 0)
    guard let made = unsafe X509V3_EXT_nconf(nil, &context, name, value) else { return false }
    defer { unsafe X509_EXTENSION_free(made) }
    return unsafe X509_add_ext(target, made, -1) == 1
  }

  private func sign(_ certificate: X509Handle, _ key: KeyHandle) -> Bool {
    unsafe X509_sign(certificate.pointer, key.pointer, key.usualDigest) > 0
  }
}

extension IssuedKeyType {
  fileprivate func generate() -> KeyHandle? {
    let key =
      switch self {
      case .p256: unsafe COpenSSL_generate_EC("P-256")
      case .rsa2048: unsafe COpenSSL_generate_RSA(2048)
      case .ed25519: unsafe COpenSSL_generate_ED25519()
      }
    return unsafe key.map { unsafe KeyHandle(owning: $0) }
  }
}

extension KeyHandle {
  fileprivate var pkcs8: [UInt8] {
    let info = unsafe EVP_PKEY2PKCS8(pointer)
    defer { unsafe PKCS8_PRIV_KEY_INFO_free(info) }
    return unsafe encoded { unsafe i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
  }
}

/// PEM, made of DER.
package enum PEM {
  /// A certificate.
  package static func certificate(_ der: [UInt8]) throws(TLSError) -> String {
    let handles = try Source.bytes(der).certificates()
    return unsafe text { bio in
      for handle in handles { unsafe PEM_write_bio_X509(bio, handle.pointer) }
    }
  }

  /// A private key as PKCS #8, encrypted with AES-256-CBC if there is a passphrase.
  package static func privateKey(
    _ der: [UInt8], passphrase: String? = nil
  ) throws(TLSError) -> String {
    let key = try Source.bytes(der).privateKey(passphrase: nil)
    let secret = passphrase.map { Array($0.utf8.map(CChar.init(bitPattern:))) } ?? []
    return unsafe text { bio in
      unsafe PEM_write_bio_PKCS8PrivateKey(
        bio, key.pointer, passphrase == nil ? nil : EVP_aes_256_cbc(), secret,
        CInt(secret.count), nil, nil)
    }
  }

  private static func text(_ write: (OpaquePointer) -> Void) -> String {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(bio) }
    unsafe write(bio)
    return unsafe contents(of: bio)
  }
}
