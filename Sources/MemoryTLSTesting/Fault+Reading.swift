import MemoryTLS

// A fault from its text.

extension Fault {
  /// Reads the text of a fault.
  ///
  /// - Throws: what was expected, and what stands there.
  public init(_ text: String) throws(SyntaxError) {
    var words = Words(text)
    direction = try words.next(["client": .clientToServer, "server": .serverToClient])
    flight = words.skip("flight") ? try words.number(from: 1) : nil
    try words.expect(":")
    kind = try words.kind()
    try words.expectEnd()
  }

  /// Why a text is no fault.
  public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What stands there; empty for the text's end.
    public let found: String
    /// What would have been right.
    public let expected: String

    /// One clause.
    public var description: String {
      let place = found.isEmpty ? "the fault's text ends" : "the fault has '\(found)'"
      return "\(place) where \(expected) is expected"
    }
  }
}

/// What is still to be read of a text.
private struct Words {
  private var rest: ArraySlice<Substring>

  init(_ text: String) {
    let colon = text.firstIndex(of: ":")
    let head = text[..<(colon ?? text.endIndex)].split(separator: " ")
    let tail = colon.map { text[text.index(after: $0)...].split(separator: " ") }
    rest = (head + (tail.map { [":"] + $0 } ?? []))[...]
  }

  mutating func kind() throws(Fault.SyntaxError) -> Fault.Kind {
    switch try next(Dictionary(uniqueKeysWithValues: Verb.allCases.map { ("\($0)", $0) })) {
    case .cut: return .cut(after: try count(behind: "after"))
    case .end: return .end(after: try count(behind: "after"))
    case .flip: return try flip()
    case .insert: return .insert(try bytes(), at: try offset())
    case .drop: return .drop(try part())
    case .duplicate: return .duplicate(try part())
    case .swap: return try swap()
    case .delay: return try delay()
    case .reflect: return .reflect(try part())
    }
  }

  private mutating func flip() throws(Fault.SyntaxError) -> Fault.Kind {
    try expect("bit")
    let bit = try number(from: 0, through: 7)
    try expect("of")
    try expect("byte")
    return .flip(bit: bit, byte: try number())
  }

  private mutating func swap() throws(Fault.SyntaxError) -> Fault.Kind {
    let part = try part()
    for word in ["with", "the", "next"] { try expect(word) }
    return .swap(part)
  }

  private mutating func delay() throws(Fault.SyntaxError) -> Fault.Kind {
    let part = try part()
    try expect("by")
    let turns = try number(from: 1, through: Fault.mostTurns)
    try expect("turn", or: "turns")
    return .delay(part, turns: turns)
  }

  private mutating func part() throws(Fault.SyntaxError) -> Fault.Part {
    if skip("record") { return .record(try number(from: 1)) }
    guard rest.first.flatMap({ Int($0) }) != nil else {
      throw error("'record' or a number of bytes")
    }
    let count = try number(from: 1)
    try expect("byte", or: "bytes")
    return .chunk(count, at: try offset())
  }

  private mutating func offset() throws(Fault.SyntaxError) -> Int {
    try expect("at")
    return try number()
  }

  private mutating func count(behind word: String) throws(Fault.SyntaxError) -> Int {
    try expect(word)
    let count = try number()
    try expect("byte", or: "bytes")
    return count
  }

  /// Two hexadecimal digits for each byte.
  private mutating func bytes() throws(Fault.SyntaxError) -> [UInt8] {
    let digits = Array((rest.first ?? "").utf8)
    let pairs = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0...$0 + 1] }
    let bytes = pairs.compactMap { pair in
      pair.allSatisfy(\.isHexadecimal)
        ? UInt8(String(decoding: pair, as: UTF8.self), radix: 16) : nil
    }
    guard !bytes.isEmpty, 2 * bytes.count == digits.count else {
      throw error("an even number of hexadecimal digits")
    }
    rest.removeFirst()
    return bytes
  }
}

extension Words {
  fileprivate mutating func expect(
    _ word: String, or other: String? = nil
  ) throws(Fault.SyntaxError) {
    guard !skip(word) else { return }
    if let other, skip(other) { return }
    throw error("'\(word)'")
  }

  fileprivate func expectEnd() throws(Fault.SyntaxError) {
    guard rest.isEmpty else { throw error("nothing more") }
  }

  fileprivate mutating func skip(_ word: String) -> Bool {
    guard rest.first.map({ $0 == word }) == true else { return false }
    rest.removeFirst()
    return true
  }

  fileprivate mutating func next<Value>(
    _ values: [String: Value]
  ) throws(Fault.SyntaxError) -> Value {
    guard let word = rest.first, let value = values[String(word)] else {
      throw error("one of \(values.keys.sorted().joined(separator: ", "))")
    }
    rest.removeFirst()
    return value
  }

  /// Decimal digits; places on a wire do not go beyond 2³¹.
  fileprivate mutating func number(
    from lowest: Int = 0, through highest: Int = Int(Int32.max)
  ) throws(Fault.SyntaxError) -> Int {
    let word = rest.first ?? ""
    let isDecimal = word.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard isDecimal, let number = Int(word), lowest...highest ~= number else {
      let bound = highest == Int(Int32.max) ? "\(lowest) or more" : "\(lowest) to \(highest)"
      throw error("a number, \(bound),")
    }
    rest.removeFirst()
    return number
  }

  fileprivate func error(_ expected: String) -> Fault.SyntaxError {
    Fault.SyntaxError(found: rest.first.map(String.init) ?? "", expected: expected)
  }
}

private enum Verb: CaseIterable {
  case cut, end, flip, insert, drop, duplicate, swap, delay, reflect
}

extension UInt8 {
  fileprivate var isHexadecimal: Bool {
    Unicode.Scalar(self).properties.isASCIIHexDigit
  }
}
