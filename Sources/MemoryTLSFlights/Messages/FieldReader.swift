import MemoryTLS

/// Reads a message into fields, and loses none of its bytes, whatever they are.
///
/// What is read under a name becomes a field. What is read without one, a length for instance, becomes
/// `framing` if fields stand around it. Where the format is broken, the rest is `malformed`.
struct FieldReader {
  private let message: [UInt8]
  private let start: Int
  private let end: Int
  private var position: Int
  private var fields: [MessageField] = []

  /// The format is broken where the reader stands.
  struct Malformed: Error {}

  /// Whether a field differs in each connection by nature.
  enum Nature {
    case stable, volatile
  }

  /// What reads a part, and answers what it says in words.
  typealias Body = (inout FieldReader) throws(Malformed) -> String

  /// All fields of a message.
  static func fields(of message: [UInt8], _ body: Body) -> [MessageField] {
    var reader = FieldReader(message, 0..<message.count)
    _ = reader.run(body)
    reader.fillGap(before: reader.end)
    return reader.fields
  }

  private init(_ message: [UInt8], _ range: Range<Int>) {
    self.message = message
    (start, end, position) = (range.lowerBound, range.upperBound, range.lowerBound)
  }

  /// Whether everything has been read.
  var isAtEnd: Bool { position == end }
  /// How much has not been read, in bytes.
  var remaining: Int { end - position }

  /// Runs what reads all there is; nil if that breaks, and the rest is put aside: nothing, where more
  /// should stand.
  private mutating func run(_ body: Body) -> String? {
    let value: String?
    do throws(Malformed) { value = try body(&self) } catch { value = nil }
    guard value == nil || !isAtEnd else { return value }
    let range = position..<end
    add(MessageField.malformed, range, Hexadecimal.text(message[range]), .stable, [])
    return nil
  }
}

// MARK: - Reading without a name

extension FieldReader {
  /// A big-endian number of 1 to 4 bytes.
  mutating func number(_ size: Int) throws(Malformed) -> Int {
    let number = try next(size)
    position += size
    return number
  }

  /// The same, not taken.
  private func next(_ size: Int) throws(Malformed) -> Int {
    guard size <= remaining else { throw Malformed() }
    return message[position..<(position + size)].reduce(0) { $0 << 8 | Int($1) }
  }
}

// MARK: - Reading fields

extension FieldReader {
  /// So many bytes.
  mutating func bytes(
    _ name: String, _ count: Int, _ nature: Nature = .stable,
    _ words: (ArraySlice<UInt8>) -> String = { Hexadecimal.text($0) }
  ) throws(Malformed) {
    guard count <= remaining else { throw Malformed() }
    let range = position..<(position + count)
    add(name, range, words(message[range]), nature, [])
    position = range.upperBound
  }

  /// A big-endian number of 1 to 4 bytes, which it answers.
  @discardableResult
  mutating func number(
    _ name: String, _ size: Int, _ nature: Nature = .stable, _ words: (Int) -> String = { "\($0)" }
  ) throws(Malformed) -> Int {
    let number = try next(size)
    try bytes(name, size, nature) { _ in words(number) }
    return number
  }

  /// A code point, which it answers.
  @discardableResult
  mutating func codePoint<Code: CodePoint>(
    _ name: String, as code: Code.Type
  ) throws(Malformed) -> Code {
    let number = try number(name, Code.RawValue.bitWidth / 8) {
      "\(Code(rawValue: .init(truncatingIfNeeded: $0)))"
    }
    return Code(rawValue: .init(truncatingIfNeeded: number))
  }

  /// A vector behind its length; the words are nil for what it must not contain.
  mutating func vector(
    _ name: String, lengthBytes: Int, _ nature: Nature = .stable,
    _ words: (ByteReader) -> String? = { $0.hexadecimal }
  ) throws(Malformed) {
    try group(name, lengthBytes: lengthBytes, nature) { reader throws(Malformed) in
      try reader.rest(words)
    }
  }

  /// A vector behind its length, with parts.
  mutating func group(
    _ name: String, lengthBytes: Int, _ nature: Nature = .stable, _ body: Body
  ) throws(Malformed) {
    let start = position
    let count = try number(lengthBytes)
    guard count <= remaining else {
      position = start
      throw Malformed()
    }
    part(name, from: start, count: count, nature, body)
  }

  /// A part of so many bytes from here on, with the framing before it.
  mutating func part(
    _ name: String, from start: Int, count: Int, _ nature: Nature = .stable, _ body: Body
  ) {
    var reader = FieldReader(message, start..<(position + count))
    reader.position = position
    let value = reader.run(body)
    if !reader.fields.isEmpty { reader.fillGap(before: reader.end) }
    add(name, start..<reader.end, value ?? MessageField.malformed, nature, reader.fields)
    position = reader.end
  }

  /// Everything there is, for a field without parts; the words are nil for what it must not be.
  mutating func rest(_ words: (ByteReader) -> String?) throws(Malformed) -> String {
    guard let value = words(ByteReader(message[position..<end])) else { throw Malformed() }
    position = end
    return value
  }

  /// An extension, whose body is chosen by its type.
  mutating func typed(
    _ body: (ExtensionType, inout FieldReader) throws(Malformed) -> String
  ) throws(Malformed) {
    let start = position
    do throws(Malformed) {
      let type = ExtensionType(rawValue: UInt16(truncatingIfNeeded: try number(2)))
      let count = try number(2)
      guard count <= remaining else { throw Malformed() }
      part("extension \(type)", from: start, count: count, type.nature) {
        reader throws(Malformed) in try body(type, &reader)
      }
    } catch {
      position = start
      throw error
    }
  }

  private mutating func add(
    _ name: String, _ range: Range<Int>, _ value: String, _ nature: Nature,
    _ children: [MessageField]
  ) {
    fillGap(before: range.lowerBound)
    fields.append(
      MessageField(
        name: name, value: value, bytes: Array(message[range]), offset: range.lowerBound,
        isVolatile: nature == .volatile, children: children))
  }

  /// What was read without a name since the last field.
  private mutating func fillGap(before next: Int) {
    let last = fields.last.map { $0.offset + $0.bytes.count } ?? start
    guard last < next else { return }
    fields.append(
      MessageField(
        name: MessageField.framing, value: Hexadecimal.text(message[last..<next]),
        bytes: Array(message[last..<next]), offset: last, isVolatile: false, children: []))
  }
}
