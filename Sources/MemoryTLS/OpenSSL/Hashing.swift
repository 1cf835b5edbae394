internal import COpenSSL

extension HashFunction {
  /// The HMAC (RFC 2104) of bytes: ``byteCount`` bytes.
  package func authenticationCode(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    // A null pointer would be taken for the key of the call before.
    let (key, size) = (key.isEmpty ? [0] : key, CInt(clamping: key.count))
    return unsafe MemoryTLS.digest {
      unsafe HMAC(algorithm, key, size, bytes, bytes.count, $0, $1) == nil ? 0 : 1
    }
  }

  /// The digest of bytes: ``byteCount`` bytes.
  package func digest(of bytes: [UInt8]) -> [UInt8] {
    unsafe MemoryTLS.digest { unsafe EVP_Digest(bytes, bytes.count, $0, $1, algorithm, nil) }
  }

  private var algorithm: OpaquePointer? {
    unsafe self == .sha256 ? EVP_sha256() : EVP_sha384()
  }
}
