import Foundation

extension Encodable {
  /// One line, its keys in alphabetical order, without characters that a terminal would act on: within
  /// strings, where alone they can be, JSON has another form for them (RFC 8259 §7).
  func json() throws -> String {
    let json = String(decoding: try encoder.encode(self), as: UTF8.self)
    return json.utf8.allSatisfy { $0 < 0x7F } ? json : json.unicodeScalars.reduce(into: "", append)
  }
}

private func append(to text: inout String, _ scalar: Unicode.Scalar) {
  guard scalar.value > 0x7E, scalar.isInvisible else { return text.unicodeScalars.append(scalar) }
  for unit in String(scalar).utf16 {
    let digits = String(unit, radix: 16)
    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
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
