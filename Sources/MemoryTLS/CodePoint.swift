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

  /// The registered name, or the number in hexadecimal.
  public var description: String {
    Self.registeredNames[rawValue] ?? "0x" + String(rawValue, radix: 16)
  }
}
