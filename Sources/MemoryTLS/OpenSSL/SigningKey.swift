internal import COpenSSL
internal import CProviders

/// What a private key of ours points to: who signs, and the public half that the result is tried with.
///
/// Theory: such keys are made in a library context of their own, where the provider that CProviders
/// describes is all there is. An `SSL` of any context finds the provider through the key, and nobody
/// who fetches an algorithm by name ever meets it. The `EVP_PKEY` owns this object.
final class SigningKey {
  private let signer: Signer
  private let publicKey: KeyHandle

  fileprivate init(_ signer: Signer, _ publicKey: KeyHandle) {
    (self.signer, self.publicKey) = (signer, publicKey)
  }

  /// Asks the signer, and looks whether it signed.
  fileprivate func sign(_ message: [UInt8], _ request: Request) throws -> [UInt8] {
    guard let scheme = request.scheme(for: publicKey.type) else {
      throw Refusal("no signature scheme for \(publicKey.typeName) with \(request.digest)")
    }
    let signature = try signer.sign(scheme, message)
    guard signature.count <= request.room else {
      throw Refusal("a signature of \(signature.count) bytes exceeds \(request.room)")
    }
    guard request.verify(signature, of: message, by: publicKey) else {
      throw Refusal("what it made is no \(scheme) signature by the certificate's key")
    }
    return signature
  }

  private struct Refusal: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
  }
}

extension Signer {
  /// A key for a certificate that asks this signer.
  func key(for leaf: X509Handle) throws(TLSError) -> KeyHandle {
    ErrorQueue.clear()
    defer { ErrorQueue.clear() }
    guard let publicKey = unsafe X509_get_pubkey(leaf.pointer) else {
      throw .configuration("a certificate's key is of no known type", ErrorQueue.drain())
    }
    let publicHalf = unsafe KeyHandle(owning: publicKey)
    guard let context = unsafe SigningContext.shared.pointer else {
      throw .outOfMemory("OSSL_LIB_CTX_new")
    }
    let owner = unsafe Unmanaged.passRetained(SigningKey(self, publicHalf)).toOpaque()
    let functions = unsafe CProviders_Signer(owner: owner, sign: answer, release: release)
    guard let key = unsafe CProviders_key(context, publicKey, functions) else {
      throw .configuration(
        "a signer cannot stand for a key of type \(publicHalf.typeName)", ErrorQueue.drain())
    }
    return unsafe KeyHandle(owning: key)
  }
}

/// The library context that such keys live in: one for the process, never freed.
@safe
private struct SigningContext: @unchecked Sendable {
  let pointer: OpaquePointer?

  static let shared = SigningContext()

  private init() {
    let context = unsafe OSSL_LIB_CTX_new()
    unsafe pointer = CProviders_load(context) == 1 ? context : nil
  }
}

// MARK: - The C callbacks

private func release(_ owner: UnsafeMutableRawPointer?) {
  guard let owner = unsafe owner else { return }
  unsafe Unmanaged<SigningKey>.fromOpaque(owner).release()
}

/// Runs inside `SSL_do_handshake`. A failure is noted for the engine whose call that is.
private func answer(
  _ owner: UnsafeMutableRawPointer?, _ digest: UnsafePointer<CChar>?, _ isPSS: CInt,
  _ message: UnsafePointer<UInt8>?, _ count: Int, _ signature: UnsafeMutablePointer<UInt8>?,
  _ length: UnsafeMutablePointer<Int>?
) -> CInt {
  guard let owner = unsafe owner, let digest = unsafe digest, let length = unsafe length
  else { return 0 }
  let key = unsafe Unmanaged<SigningKey>.fromOpaque(owner).takeUnretainedValue()
  let bytes = unsafe Array(UnsafeBufferPointer(start: message, count: count))
  let request = unsafe Request(
    digest: String(cString: digest), isPSS: isPSS != 0, room: length.pointee)
  guard let made = ask(key, for: request, of: bytes) else { return 0 }
  unsafe signature?.update(from: made, count: made.count)
  unsafe length.pointee = made.count
  return 1
}

private func ask(
  _ key: SigningKey, for request: Request, of message: [UInt8]
) -> [UInt8]? {
  let reports = CallbackReports.running
  var made: [UInt8]?
  let run = {
    do { made = try key.sign(message, request) } catch { reports?.signingFailure = "\(error)" }
  }
  if let reports { reports.lend(run) } else { ErrorQueue.setAside(while: run) }
  return made
}

// MARK: - How to sign

/// How OpenSSL wants something signed.
private struct Request {
  /// OpenSSL's name; empty where the key has its own (Ed25519).
  let digest: String
  let isPSS: Bool
  /// The longest signature that has a place.
  let room: Int

  /// The code point for a type of key (RFC 8446 §4.2.3, RFC 5246 §7.4.1.4.1).
  func scheme(for type: CInt) -> SignatureScheme? {
    if type == EVP_PKEY_ED25519 { return .ed25519 }
    guard let hash = Self.hashes[digest] else { return nil }
    if type == EVP_PKEY_EC { return SignatureScheme(rawValue: hash << 8 | 0x03) }
    guard isPSS else { return SignatureScheme(rawValue: hash << 8 | 0x01) }
    return hash < 4 ? nil : SignatureScheme(rawValue: 0x0800 | hash)
  }

  /// `HashAlgorithm` of RFC 5246 §7.4.1.4.1.
  private static let hashes: [String: UInt16] = [
    "SHA1": 2, "SHA2-224": 3, "SHA2-256": 4, "SHA2-384": 5, "SHA2-512": 6,
  ]

  func verify(_ signature: [UInt8], of message: [UInt8], by key: KeyHandle) -> Bool {
    let context = unsafe EVP_MD_CTX_new()
    defer { unsafe EVP_MD_CTX_free(context) }
    var parameters: OpaquePointer?
    guard
      unsafe EVP_DigestVerifyInit_ex(
        context, &parameters, digest.isEmpty ? nil : digest, nil, nil, key.pointer, nil) == 1
    else { return false }
    if isPSS {
      unsafe EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING)
      unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST)
    }
    return unsafe EVP_DigestVerify(
      context, signature, signature.count, message, message.count) == 1
  }
}
