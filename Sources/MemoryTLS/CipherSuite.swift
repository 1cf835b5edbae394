/// A cipher suite (RFC 8446 §B.4, RFC 5289, RFC 7905).
public struct CipherSuite: CodePoint {
  /// Two bytes as they stand on the wire.
  public let rawValue: UInt16

  /// Any value, registered or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Whether this is one of the suites of TLS 1.3, which no older version can use.
  public var isTLS13: Bool { rawValue >> 8 == 0x13 }

  /// AEAD suites with forward secrecy, AES-128-GCM before AES-256-GCM.
  ///
  /// AES-128 costs about a twentieth less for a full handshake and bulk data, a tenth for a
  /// resumption, and its key schedule hashes with SHA-256. A server keeps its own order, except
  /// that ChaCha20 wins for a client that puts it first (`SSL_OP_PRIORITIZE_CHACHA`).
  public static let recommended: [CipherSuite] = [
    0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8,
  ].map(CipherSuite.init(rawValue:))

  /// Suites of TLS 1.2 for ``TLSConfiguration/preSharedKeys`` (RFC 5489, RFC 7905), to be put before
  /// or behind ``recommended``: an ephemeral key exchange, so that a key that leaks later decrypts
  /// nothing recorded before.
  public static let preShared: [CipherSuite] = [0xCCAC, 0xC037].map(CipherSuite.init(rawValue:))
}
