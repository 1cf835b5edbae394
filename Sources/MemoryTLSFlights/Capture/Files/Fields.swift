/// The order of the bytes of a number.
enum ByteOrder: Sendable, Hashable {
  case little, big
}

/// Takes numbers and pieces off the front of bytes: what is not there is nil, and nothing is taken
/// then.
struct Fields {
  /// What has not been taken; of a file's slice the indices are offsets in the file.
  private(set) var rest: ArraySlice<UInt8>
  /// How numbers stand there.
  var order: ByteOrder

  init(_ bytes: ArraySlice<UInt8>, _ order: ByteOrder = .big) {
    (rest, self.order) = (bytes, order)
  }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard 0...rest.count ~= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func number<Number: FixedWidthInteger>(_: Number.Type = Number.self) -> Number? {
    let size = Number.bitWidth / 8
    guard rest.count >= size else { return nil }
    var value: Number = 0
    for index in 0..<size {
      let place = order == .big ? size - 1 - index : index
      value |= Number(truncatingIfNeeded: rest[rest.startIndex + index]) << (8 * place)
    }
    rest = rest.dropFirst(size)
    return value
  }

  /// An unsigned number of 32 bits, as lengths are kept.
  mutating func length() -> Int? { number(UInt32.self).map(Int.init) }
}
