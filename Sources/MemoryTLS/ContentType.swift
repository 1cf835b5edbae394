/// What a TLS record carries (RFC 8446 §5.1).
public struct ContentType: CodePoint {
  /// The record's first byte.
  public let rawValue: UInt8

  /// Any value, registered or not.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// 20: in TLS 1.3 a compatibility filler without meaning.
  public static let changeCipherSpec = Self(rawValue: 20)
  /// 21: a warning, a fatal error or close_notify.
  public static let alert = Self(rawValue: 21)
  /// 22: handshake messages.
  public static let handshake = Self(rawValue: 22)
  /// 23: application data, and in TLS 1.3 every protected record.
  public static let applicationData = Self(rawValue: 23)

  /// The registered names of the values this library knows.
  public static let registeredNames: [UInt8: String] = [
    20: "change_cipher_spec", 21: "alert", 22: "handshake", 23: "application_data", 24: "heartbeat",
  ]
}
