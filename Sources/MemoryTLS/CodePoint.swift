/// A number that a TLS registry gives a meaning to.
///
/// A struct and not an enum, so that a value nobody has registered yet survives unchanged.
/// Source: the IANA registries "TLS Parameters" and "TLS Extensions".
public protocol CodePoint: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger {
  /// The registered names of the values this library knows.
  static var registeredNames: [RawValue: String] { get }

  /// Any value, registered or not.
  init(rawValue: RawValue)
}

extension CodePoint {
  /// The value with a registered name, compared without regard to case; nil where none has it.
  public init?(name: String) {
    let wanted = name.lowercased()
    guard let known = Self.registeredNames.first(where: { $0.value.lowercased() == wanted }) else {
      return nil
    }
    self.init(rawValue: known.key)
  }

  /// The registered name, or the number in hexadecimal; of 16 bits that are there to be ignored it says
  /// so (GREASE, RFC 8701 §2).
  public var description: String {
    let digits = String(rawValue, radix: 16)
    return Self.registeredNames[rawValue] ?? (isGrease ? "GREASE 0x\(digits)" : "0x\(digits)")
  }

  /// Whether it stands for nothing, so that peers get used to values that they do not know.
  public var isGrease: Bool {
    let value = Int(truncatingIfNeeded: rawValue)
    return RawValue.bitWidth == 16 && value & 0x0F0F == 0x0A0A && value >> 8 == value & 0xFF
  }
}
