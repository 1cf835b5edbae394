/// Whether engines tell the secrets of their connections, for tools that decrypt recorded traffic.
public enum SecretLogging: Sendable, Hashable {
  /// They do not.
  case never
  /// As ``Event/keyLog(_:)``, one event a line (`SSL_CTX_set_keylog_callback`): in TLS 1.3 five and
  /// two more with early data, in TLS 1.2 `CLIENT_RANDOM` for each handshake.
  ///
  /// Whoever has the lines reads everything, sent before or after. Key updates add none: their secrets
  /// follow from those before them (RFC 8446 §7.2).
  case asEvents
}
