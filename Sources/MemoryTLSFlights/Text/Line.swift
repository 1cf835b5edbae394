import MemoryTLS

/// A line of a `.flights` file, read from its front.
struct Line {
  let number: Int
  private let start: Int
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>, number: Int) {
    (self.number, start, self.bytes) = (number, bytes.startIndex, bytes)
  }

  var isAtEnd: Bool { bytes.isEmpty }

  /// What is left; nil if it is no UTF-8.
  var rest: String? { String(validating: bytes, as: UTF8.self) }

  /// Takes a text if it comes next.
  mutating func take(_ text: String) -> Bool {
    guard bytes.starts(with: text.utf8) else { return false }
    bytes = bytes.dropFirst(text.utf8.count)
    return true
  }

  /// Takes everything before a space or the end.
  mutating func takeWord() -> String {
    let word = bytes.prefix { $0 != 32 }
    bytes = bytes.dropFirst(word.count)
    return String(decoding: word, as: UTF8.self)
  }

  /// Takes "key:" with the space behind it, which an empty value need not have; nil, and nothing, if
  /// that is not what comes.
  mutating func takeKey() -> String? {
    let key = bytes.prefix { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 }
    var ahead = self
    ahead.bytes = bytes.dropFirst(key.count)
    guard !key.isEmpty, ahead.take(":"), ahead.isAtEnd || ahead.take(" ") else { return nil }
    self = ahead
    return String(decoding: key, as: UTF8.self)
  }

  /// Takes all that is left as bytes, at least one.
  mutating func hexadecimal() throws(FlightLog.SyntaxError) -> [UInt8] {
    guard !isAtEnd, let value = Hexadecimal.bytes(bytes) else {
      throw error("not an even number of hexadecimal digits")
    }
    bytes = []
    return value
  }

  /// An error at what comes next.
  func error(_ reason: String) -> FlightLog.SyntaxError {
    FlightLog.SyntaxError(line: number, column: bytes.startIndex - start + 1, reason: reason)
  }
}

extension HexDump {
  /// Reads a line behind those that the flight has already.
  static func read(_ line: inout Line, into flight: inout Flight?) throws(FlightLog.SyntaxError) {
    let count = flight?.bytes.count ?? 0
    let offset = offset(count)
    guard line.take(offset) else { throw line.error("not the offset \(offset)") }
    // hexdump -C ends with the length alone.
    guard !line.isAtEnd else { return }
    while !line.isAtEnd, !line.take("|") {
      if line.take(" ") { continue }
      let start = line
      let word = line.takeWord()
      guard word.utf8.count == 2, let byte = Hexadecimal.bytes(word.utf8) else {
        throw start.error("'\(word)' is no byte")
      }
      flight?.bytes += byte
    }
    guard 1...16 ~= (flight?.bytes.count ?? 0) - count else {
      throw line.error("not 1 to 16 bytes")
    }
  }
}
