/// A version of TLS as it stands on the wire (RFC 8446 §4.2.1).
public struct ProtocolVersion: CodePoint, Comparable {
  /// Two bytes, the first 3 for every TLS version.
  public let rawValue: UInt16

  /// Any value, registered or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// TLS 1.2 (RFC 5246).
  public static let tls12 = Self(rawValue: 0x0303)
  /// TLS 1.3 (RFC 8446).
  public static let tls13 = Self(rawValue: 0x0304)

  /// Older versions order before newer ones.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The registered names of the values this library knows.
  public static let registeredNames: [UInt16: String] = [
    0x0300: "SSLv3", 0x0301: "TLSv1", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3",
  ]
}
