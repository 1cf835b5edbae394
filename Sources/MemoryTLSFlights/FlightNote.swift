public import MemoryTLS

/// What is known of a flight beside its bytes: what its sender meant by them.
public enum FlightNote: Sendable, Hashable {
  /// A handshake message, alert or change_cipher_spec as its sender made it, before it was encrypted.
  case message(ProtocolMessage)
  /// Plaintext that the sender's application wrote.
  case write([UInt8])

  /// The message, if it is one.
  public var message: ProtocolMessage? {
    if case .message(let message) = self { message } else { nil }
  }
}
