/// What a finished handshake agreed on.
public struct Negotiated: Sendable, Hashable {
  /// The version (`SSL_version`).
  public let version: ProtocolVersion
  /// The cipher suite (`SSL_get_current_cipher`).
  public let cipherSuite: CipherSuite
  /// The group of the key exchange; nil where there was none (`SSL_get_negotiated_group`).
  public let group: NamedGroup?
  /// What the server signed with; nil for a resumption and for static RSA.
  public let signatureScheme: SignatureScheme?
  /// The application protocol (`SSL_get0_alpn_selected`); nil if none was agreed on.
  public let applicationProtocol: String?
  /// The server's name as the client sent it (`SSL_get_servername`).
  public let serverName: String?
  /// Whether an earlier session was resumed (`SSL_session_reused`).
  public let resumed: Bool
  /// The peer's certificates as it sent them, its own first; empty if it sent none.
  public let peerCertificates: [Certificate]
}
