/// Reads the presentation language of TLS (RFC 8446 §3) from bytes, and never beyond their end: what
/// is not there is nil, and nothing is taken then.
package struct ByteReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: some Collection<UInt8>) { rest = ArraySlice(bytes) }

  /// Whether everything has been read.
  package var isAtEnd: Bool { rest.isEmpty }

  package mutating func byte() -> UInt8? { rest.popFirst() }

  package mutating func uint16() -> UInt16? { number(2).map { UInt16(truncatingIfNeeded: $0) } }

  /// So many bytes.
  package mutating func bytes(_ count: Int) -> [UInt8]? {
    guard 0...rest.count ~= count else { return nil }
    defer { rest.removeFirst(count) }
    return Array(rest.prefix(count))
  }

  /// A vector behind its length.
  package mutating func vector(lengthBytes: Int) -> [UInt8]? {
    var ahead = self
    guard let count = ahead.number(lengthBytes), let bytes = ahead.bytes(count) else { return nil }
    self = ahead
    return bytes
  }

  /// What is to be read from a vector.
  package mutating func reader(lengthBytes: Int) -> ByteReader? {
    vector(lengthBytes: lengthBytes).map { ByteReader($0) }
  }

  /// A vector of numbers; nil if its length is odd.
  package mutating func uint16s(lengthBytes: Int) -> [UInt16]? {
    var ahead = self
    guard var list = ahead.reader(lengthBytes: lengthBytes), list.rest.count.isMultiple(of: 2)
    else { return nil }
    self = ahead
    var numbers: [UInt16] = []
    while let number = list.uint16() { numbers.append(number) }
    return numbers
  }

  /// A big-endian number of 1 to 4 bytes.
  private mutating func number(_ size: Int) -> Int? {
    bytes(size)?.reduce(0) { $0 << 8 | Int($1) }
  }
}
