internal import COpenSSL

// The randoms of a handshake.

extension Connection {
  var clientRandom: [UInt8]? { unsafe random { unsafe SSL_get_client_random(ssl, $0, $1) } }
  var serverRandom: [UInt8]? { unsafe random { unsafe SSL_get_server_random(ssl, $0, $1) } }

  /// Whether the suite is one of TLS 1.2 that a key from elsewhere proves.
  var hasPSKSuite: Bool {
    unsafe SSL_CIPHER_get_auth_nid(SSL_get_current_cipher(ssl)) == NID_auth_psk
  }

  /// Before it is known it is all zeros.
  private func random(_ copy: (UnsafeMutablePointer<UInt8>?, Int) -> Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 32)
    let isWhole = unsafe bytes.withUnsafeMutableBufferPointer {
      unsafe copy($0.baseAddress, $0.count) == 32
    }
    return isWhole && bytes.contains { $0 != 0 } ? bytes : nil
  }
}
