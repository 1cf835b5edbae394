/// A part of a message: its name, what it says in words, and its bytes.
///
/// The leaves of a message's fields, one behind the other, are the message: nothing is left out, and
/// nothing stands in two of them. Lengths that belong to no field by themselves, and the type of an
/// extension, are fields of the name ``framing``; what breaks the format is one of the name
/// ``malformed``.
public struct MessageField: Sendable, Hashable {
  /// What the RFC calls it, such as `cipher_suite`; of an extension with that word before it, such as
  /// `extension supported_groups`.
  public let name: String
  /// What it says: `x25519, secp256r1`. Hexadecimal digits where there are no words for it.
  public let value: String
  /// The bytes, the length before a vector included.
  public let bytes: [UInt8]
  /// Where it begins in the message, in bytes.
  public let offset: Int
  /// Whether it differs in each connection by nature, such as randoms, keys, tickets and signatures.
  public let isVolatile: Bool
  /// Its parts, if it has any: together they are all of it.
  public let children: [MessageField]

  /// The parts without parts, in their order: itself if it has none.
  public var leaves: [MessageField] {
    children.isEmpty ? [self] : children.flatMap(\.leaves)
  }

  /// The name of lengths and types around other fields.
  public static let framing = "framing"
  /// The name of what breaks the format; without bytes where the message ends too early.
  public static let malformed = "malformed"
}
