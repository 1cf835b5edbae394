/// Whether records of TLS 1.3 are made longer than what they carry, to say less of its length
/// (RFC 8446 §5.4).
public enum RecordPadding: Sendable, Hashable {
  /// They are not.
  case none
  /// Plaintext, with one byte for its type, is filled up to a multiple of so many bytes: 2 to 16,384,
  /// and 21 less than the outgoing ring holds. Alerts and handshake messages too
  /// (`SSL_CTX_set_block_padding`).
  case toMultiple(of: Int)

  /// The multiple; 1 for none.
  var block: Int {
    switch self {
    case .none: 1
    case .toMultiple(let bytes): bytes
    }
  }
}
