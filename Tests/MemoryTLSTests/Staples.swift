import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

extension Settings {
  /// What the authority says of the server's certificate.
  static let goodResponse = fixture { try authority.ocspResponse(for: localhost) }

  /// A server that staples a response, and a client that may want one.
  init(
    _ version: ProtocolVersion, stapling response: [UInt8]?, wanted: OCSPStapling,
    to leaf: TestIdentity = Settings.localhost
  ) {
    self.init(version)
    server.identities = [leaf.identity]
    server.identities[0].ocspResponse = response.map { .bytes($0) }
    client.ocspStapling = wanted
  }
}

/// Expects that a client refuses what is stapled, and tells its server so.
func expectRefusedStaple(_ pair: EnginePair, _ words: String, _ code: CInt? = nil) throws {
  #expect(throws: PairFailure.self) { try pair.settle() }
  let error = try #require(pair.client.error)
  #expect(error.code == .verificationFailed && error.fault == .peer)
  #expect(error.message.contains("certificate not accepted: \(words)"))
  #expect(error.message.contains(" (depth 0, CN="))
  #expect(error.alert?.alert == .badCertificateStatusResponse)
  #expect(error.verification?.depth == 0)
  if let code { #expect(error.verification?.code == Int(code)) }
  #expect(pair.server.error?.alert?.alert == .badCertificateStatusResponse)
}

/// Makes a server's context staple any bytes, which our own settings refuse.
enum Staple {
  /// They stay to the end of all tests.
  private static let boxes = Mutex<[Box]>([])

  static func install(_ bytes: [UInt8], in context: TLSContext) {
    let box = Box(bytes)
    boxes.withLock { $0.append(box) }
    COpenSSL_SSL_CTX_set_tlsext_status_arg(
      context.handle.pointer, Unmanaged.passUnretained(box).toOpaque())
    COpenSSL_SSL_CTX_set_tlsext_status_cb(context.handle.pointer) { ssl, argument in
      guard let argument else { return SSL_TLSEXT_ERR_ALERT_FATAL }
      let bytes = Unmanaged<Box>.fromOpaque(argument).takeUnretainedValue().bytes
      let copy = CRYPTO_memdup(bytes, bytes.count, "", 0)
      COpenSSL_SSL_set_tlsext_status_ocsp_resp(ssl, copy, bytes.count)
      return SSL_TLSEXT_ERR_OK
    }
  }

  private final class Box: Sendable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
  }
}
