import Foundation

extension Encodable {
  /// One line, its keys in alphabetical order.
  func json() throws -> String { String(decoding: try encoder.encode(self), as: UTF8.self) }
}

private let encoder = {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return encoder
}()

/// A value or an explicit null.
struct Nullable<Value: Encodable>: Encodable {
  let value: Value?

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
