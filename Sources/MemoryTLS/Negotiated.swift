/// What a finished handshake agreed on.
public struct Negotiated: Sendable, Hashable {
  /// The version (`SSL_version`).
  public let version: ProtocolVersion
  /// The cipher suite (`SSL_get_current_cipher`).
  public let cipherSuite: CipherSuite
  /// What the cipher suite is made of, in OpenSSL's words (`SSL_CIPHER_description`).
  public let cipherDescription: String
  /// How many bits of its key are secret (`SSL_CIPHER_get_bits`).
  public let cipherStrength: Int
  /// Whether the secrets are tied to this very handshake (RFC 7627); always so in TLS 1.3.
  public let extendedMasterSecret: Bool
  /// The group of the key exchange; nil where there was none (`SSL_get_negotiated_group`).
  public let group: NamedGroup?
  /// What the server signed with; nil for a resumption and for static RSA.
  public let signatureScheme: SignatureScheme?
  /// What the peer signed with, a client only where it gave a certificate in this handshake.
  public let peerSignatureScheme: SignatureScheme?
  /// The application protocol (`SSL_get0_alpn_selected`); nil if none was agreed on.
  public let applicationProtocol: String?
  /// The server's name as the client sent it (`SSL_get_servername`).
  public let serverName: String?
  /// Whether an earlier session was resumed (`SSL_session_reused`, which a PSK sets too).
  public let resumed: Bool
  /// The name of the ``ExternalPSK`` that proved the peer, in place of certificates; nil where none
  /// did.
  public let pskIdentity: [UInt8]?
  /// The peer's certificates as it sent them, its own first; empty if it sent none.
  public let peerCertificates: [Certificate]
}

extension Negotiated: CustomStringConvertible {
  /// One line: the version, the cipher suite and what else there is of group, signature, application
  /// protocol, key and resumption.
  public var description: String {
    [
      "\(version)", "\(cipherSuite)", group.map { "\($0)" }, signatureScheme.map { "\($0)" },
      applicationProtocol.map { "ALPN \($0)" },
      pskIdentity.map { "key \(String(decoding: $0, as: UTF8.self))" },
      resumed ? "resumed" : nil,
    ].compactMap { $0 }.joined(separator: ", ")
  }
}
