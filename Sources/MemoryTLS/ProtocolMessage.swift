/// A handshake message, alert or change_cipher_spec as the protocol sees it: decrypted, and whole
/// where records cut it.
public struct ProtocolMessage: Sendable, Hashable {
  /// Which way it travels.
  public let direction: Direction
  /// What kind of record carried it.
  public let contentType: ContentType
  /// The message with its header (handshake: type and 3 bytes of length; alert: 2 bytes).
  public let bytes: [UInt8]

  /// A message, for those that do not come from an engine.
  public init(direction: Direction, contentType: ContentType, bytes: [UInt8]) {
    (self.direction, self.contentType, self.bytes) = (direction, contentType, bytes)
  }

  /// What kind of handshake message it is; nil for alerts and change_cipher_spec.
  public var handshakeType: HandshakeType? {
    contentType == .handshake ? bytes.first.map(HandshakeType.init(rawValue:)) : nil
  }

  /// A short name: the handshake type, or the content type.
  public var name: String {
    guard contentType == .handshake, let first = bytes.first else { return "\(contentType)" }
    let isRetry = first == 2 && bytes.dropFirst(6).starts(with: Self.retryRandomStart)
    return isRetry ? "HelloRetryRequest" : "\(HandshakeType(rawValue: first))"
  }

  /// The name, and of an alert what it says: "alert unknown_ca".
  public var label: String {
    guard contentType == .alert, bytes.count == 2 else { return name }
    return "\(name) \(Alert(rawValue: bytes[1]))"
  }

  /// The start of the random that makes a ServerHello a HelloRetryRequest (RFC 8446 §4.1.3).
  private static let retryRandomStart: [UInt8] = [0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11]
}

/// Looks at an engine's protocol messages as they are made or understood.
///
/// It runs inside an OpenSSL call (`SSL_set_msg_callback`); calling the engine from it is a caller's
/// fault that changes nothing. Messages that fail to parse are not shown.
public typealias MessageObserver = @Sendable (ProtocolMessage) -> Void
