public import MemoryTLS

extension HandshakeMessage {
  /// A ServerHello, or a HelloRetryRequest (RFC 8446 §4.1.3, RFC 5246 §7.4.1.3).
  public struct ServerHello: Sendable, Hashable {
    /// The version field; that of TLS 1.2 in TLS 1.3 too.
    public let legacyVersion: ProtocolVersion
    /// 32 bytes.
    public let random: [UInt8]
    /// The session's name in TLS 1.2; in TLS 1.3 what the client sent there.
    public let legacySessionID: [UInt8]
    /// The cipher suite that is chosen.
    public let cipherSuite: CipherSuite
    /// 0 for none.
    public let legacyCompressionMethod: UInt8
    /// The extensions in their order, unknown ones too.
    public let extensions: [HelloExtension]

    /// The version that is chosen (RFC 8446 §4.2.1).
    public var version: ProtocolVersion {
      guard let chosen = self[.supportedVersions], chosen.count == 2 else { return legacyVersion }
      return ProtocolVersion(rawValue: UInt16(chosen[0]) << 8 | UInt16(chosen[1]))
    }

    /// What an extension says; nil if it is not there.
    public subscript(type: ExtensionType) -> [UInt8]? {
      extensions.first { $0.type == type }?.bytes
    }

    init?(_ reader: inout ByteReader) {
      guard let version = reader.uint16(), let random = reader.bytes(32),
        let sessionID = reader.vector(lengthBytes: 1), sessionID.count <= 32,
        let suite = reader.uint16(), let compressionMethod = reader.byte(),
        let extensions = HelloExtension.list(&reader)
      else { return nil }
      legacyVersion = ProtocolVersion(rawValue: version)
      self.random = random
      legacySessionID = sessionID
      cipherSuite = CipherSuite(rawValue: suite)
      legacyCompressionMethod = compressionMethod
      self.extensions = extensions
    }

    /// The SHA-256 of "HelloRetryRequest" (RFC 8446 §4.1.3).
    static let retryRandom: [UInt8] = [
      0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8,
      0x91, 0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8,
      0x33, 0x9C,
    ]
  }
}
