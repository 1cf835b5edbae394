internal import COpenSSL

// Opening what was sealed with a key that is known: for flights that were recorded.

/// Authenticated encryption with additional data (RFC 5116), as cipher suites use it.
package struct AEAD: Sendable, Hashable, CustomStringConvertible {
  /// How the algorithm is called in OpenSSL.
  let name: String
  /// How long its keys are, in bytes.
  package let keyByteCount: Int
  /// How many bytes a ciphertext is longer than its plaintext.
  package let tagByteCount: Int

  package static let aes128GCM = Self(name: "AES-128-GCM", keyByteCount: 16, tagByteCount: 16)
  package static let aes256GCM = Self(name: "AES-256-GCM", keyByteCount: 32, tagByteCount: 16)
  package static let aes128CCM = Self(name: "AES-128-CCM", keyByteCount: 16, tagByteCount: 16)
  package static let aes256CCM = Self(name: "AES-256-CCM", keyByteCount: 32, tagByteCount: 16)
  package static let aes128CCM8 = Self(name: "AES-128-CCM", keyByteCount: 16, tagByteCount: 8)
  package static let aes256CCM8 = Self(name: "AES-256-CCM", keyByteCount: 32, tagByteCount: 8)
  package static let aria128GCM = Self(name: "ARIA-128-GCM", keyByteCount: 16, tagByteCount: 16)
  package static let aria256GCM = Self(name: "ARIA-256-GCM", keyByteCount: 32, tagByteCount: 16)
  package static let chaCha20Poly1305 = Self(
    name: "ChaCha20-Poly1305", keyByteCount: 32, tagByteCount: 16)

  /// OpenSSL's name for it.
  package var description: String { name }

  /// The nonces of all of them, in bytes.
  package static let nonceByteCount = 12

  /// Whether OpenSSL must be told the length first, and says with the plaintext whether it is genuine.
  fileprivate var isCCM: Bool { name.hasSuffix("CCM") }
}

/// A key for ``AEAD``.
@safe
package final class AEADKey {
  /// What it is a key of.
  package let algorithm: AEAD
  private let bytes: [UInt8]
  private let cipher: OpaquePointer
  private let context: OpaquePointer

  /// Nil if the key is of another length, or this OpenSSL does not have the algorithm.
  package init?(_ algorithm: AEAD, _ bytes: [UInt8]) {
    guard bytes.count == algorithm.keyByteCount,
      let cipher = unsafe EVP_CIPHER_fetch(nil, algorithm.name, nil)
    else {
      ErrorQueue.clear()
      return nil
    }
    guard let context = unsafe EVP_CIPHER_CTX_new() else {
      unsafe EVP_CIPHER_free(cipher)
      return nil
    }
    self.algorithm = algorithm
    self.bytes = bytes
    unsafe (self.cipher, self.context) = (cipher, context)
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(context)
    unsafe EVP_CIPHER_free(cipher)
  }

  /// Opens a ciphertext with its tag behind it, and what is authenticated beside it; the nonce has
  /// ``AEAD/nonceByteCount`` bytes. Nil if it is not genuine.
  package func open(
    _ ciphertext: ArraySlice<UInt8>, nonce: [UInt8], additionalData: [UInt8]
  ) -> [UInt8]? {
    let count = ciphertext.count - algorithm.tagByteCount
    guard count >= 0, nonce.count == AEAD.nonceByteCount, let size = CInt(exactly: count),
      let additionalSize = CInt(exactly: additionalData.count)
    else { return nil }
    defer { ErrorQueue.clear() }
    var unused: CInt = 0
    guard prepare(nonce, tag: Array(ciphertext.suffix(algorithm.tagByteCount))),
      unsafe !algorithm.isCCM || EVP_DecryptUpdate(context, nil, &unused, nil, size) == 1,
      unsafe EVP_DecryptUpdate(context, nil, &unused, additionalData, additionalSize) == 1
    else { return nil }
    return decrypt(Array(ciphertext.dropLast(algorithm.tagByteCount)), size)
  }

  private func prepare(_ nonce: [UInt8], tag: [UInt8]) -> Bool {
    var tag = tag
    let (nonceSize, tagSize) = (CInt(AEAD.nonceByteCount), CInt(algorithm.tagByteCount))
    return unsafe EVP_DecryptInit_ex2(context, cipher, nil, nil, nil) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, nonceSize, nil) == 1
      && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tagSize, &tag) == 1
      && EVP_DecryptInit_ex2(context, nil, bytes, nonce, nil) == 1
  }

  private func decrypt(_ ciphertext: [UInt8], _ size: CInt) -> [UInt8]? {
    var isGenuine = false
    let plaintext = [UInt8](capacity: max(1, ciphertext.count)) { out in
      unsafe out.withUnsafeMutableBufferPointer { buffer, filled in
        var (count, more): (CInt, CInt) = (0, 0)
        isGenuine =
          unsafe EVP_DecryptUpdate(context, buffer.baseAddress, &count, ciphertext, size) == 1
          && (algorithm.isCCM || EVP_DecryptFinal_ex(context, nil, &more) == 1)
        filled = isGenuine ? min(ciphertext.count, max(0, Int(count))) : 0
      }
    }
    return isGenuine ? plaintext : nil
  }
}
