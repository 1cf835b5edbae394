import MemoryTLS

extension FlightLog {
  /// Reads a `.flights` file, or the recorded flows of Go's crypto/tls as they are.
  ///
  /// - Throws: where the first line is that cannot be read, and why. Nothing is guessed or passed over
  ///   but empty lines.
  public init(text: String) throws(SyntaxError) { try self.init(utf8: Array(text.utf8)) }

  /// The same for the bytes of a file.
  public init(utf8 bytes: [UInt8]) throws(SyntaxError) {
    var reader = FlightLogReader()
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false) {
      try reader.read(line.last == 13 ? line.dropLast() : line)
    }
    self = try reader.finish()
  }
}

/// Makes a log of lines, one after another.
private struct FlightLogReader {
  private var log = FlightLog()
  private var flight: Flight?
  private var seen: Set<HeaderKey> = []
  private var time: Timestamp?
  /// Which way the notes before a flight say that it goes.
  private var notes: [(note: UnplacedNote, line: Int)] = []
  private var lineNumber = 0

  /// A note before its flight is known.
  private enum UnplacedNote {
    case message(name: String, [UInt8])
    case write(sender: String, [UInt8])
  }

  mutating func read(_ bytes: ArraySlice<UInt8>) throws(FlightLog.SyntaxError) {
    lineNumber += 1
    var line = Line(bytes, number: lineNumber)
    guard !line.isAtEnd else { return }
    if line.take(">>> Flow ") { return try begin(&line) }
    if line.take("# ") { return try readComment(&line) }
    guard flight != nil else {
      throw line.error("neither '# ' nor '>>> Flow 1 (client to server)'")
    }
    try HexDump.read(&line, into: &flight)
  }

  mutating func finish() throws(FlightLog.SyntaxError) -> FlightLog {
    guard notes.isEmpty, time == nil else {
      throw Line([], number: notes.first?.line ?? lineNumber).error("no flight stands behind this")
    }
    endFlight()
    return log
  }

  private mutating func endFlight() {
    guard let flight else { return }
    log.append(flight.bytes, flight.direction, notes: flight.notes, at: flight.time)
    self.flight = nil
  }

  /// Behind ">>> Flow ".
  private mutating func begin(_ line: inout Line) throws(FlightLog.SyntaxError) {
    endFlight()
    let number = log.flights.count + 1
    guard line.take("\(number) (") else { throw line.error("not flow \(number)") }
    let directions = Direction.allCases.filter { line.take("\($0.words))") }
    guard let direction = directions.first, line.isAtEnd else {
      throw line.error("neither 'client to server)' nor 'server to client)'")
    }
    guard log.flights.last?.direction != direction else {
      throw line.error("flow \(number) goes the same way as the one before")
    }
    flight = Flight(direction, time: time, notes: try place(notes, direction))
    (notes, time) = ([], nil)
  }

  private func place(
    _ notes: [(note: UnplacedNote, line: Int)], _ direction: Direction
  ) throws(FlightLog.SyntaxError) -> [FlightNote] {
    var placed: [FlightNote] = []
    for (note, number) in notes {
      let line = Line([], number: number)
      switch note {
      case .message(let name, let bytes):
        guard let message = ProtocolMessage(direction, name: name, bytes) else {
          throw line.error("the bytes are not those of \(name)")
        }
        placed.append(.message(message))
      case .write(let sender, let bytes):
        guard sender == direction.sender else {
          throw line.error("the \(sender) writes before a flight of the \(direction.sender)")
        }
        placed.append(.write(bytes))
      }
    }
    return placed
  }
}

// MARK: - Lines that begin with "# "

extension FlightLogReader {
  private mutating func readComment(_ line: inout Line) throws(FlightLog.SyntaxError) {
    if line.take("@") { return try readTime(&line) }
    if line.take("write ") { return try readWrite(&line) }
    if line.take("message ") { return try readMessage(&line) }
    try readHeader(&line)
  }

  private mutating func readTime(_ line: inout Line) throws(FlightLog.SyntaxError) {
    guard time == nil else { throw line.error("a second time for one flight") }
    guard let text = line.rest, let time = Timestamp(text: text) else {
      throw line.error("not SECONDS.NANOS with nine digits behind the point")
    }
    self.time = time
  }

  private mutating func readWrite(_ line: inout Line) throws(FlightLog.SyntaxError) {
    guard let sender = ["client", "server"].first(where: { line.take($0) }) else {
      throw line.error("neither client nor server")
    }
    guard !line.isAtEnd else { return notes.append((.write(sender: sender, []), lineNumber)) }
    guard line.take(" ") else { throw line.error("no space behind \(sender)") }
    notes.append((.write(sender: sender, try line.hexadecimal()), lineNumber))
  }

  private mutating func readMessage(_ line: inout Line) throws(FlightLog.SyntaxError) {
    let name = line.takeWord()
    guard !name.isEmpty, line.take(" ") else { throw line.error("not NAME HEX") }
    notes.append((.message(name: name, try line.hexadecimal()), lineNumber))
  }

  private mutating func readHeader(_ line: inout Line) throws(FlightLog.SyntaxError) {
    let start = line
    guard let name = line.takeKey() else { throw line.error("not 'key: value'") }
    guard flight == nil, log.flights.isEmpty, notes.isEmpty, time == nil else {
      throw start.error("'\(name):' stands behind the header")
    }
    guard let text = line.rest, let value = HeaderValue.unescaped(text) else {
      throw line.error("neither \\\\, \\n nor \\r behind a backslash, or no UTF-8")
    }
    guard let key = HeaderKey(rawValue: name) else {
      guard let extra = FlightLog.Extra(key: name, value: value) else {
        throw start.error("unknown key '\(name)'; others' begin with x-")
      }
      return log.metadata.extra.append(extra)
    }
    guard seen.insert(key).inserted || key.isRepeatable else {
      throw start.error("'\(name):' stands here twice")
    }
    guard key.put(value, into: &log.metadata) else {
      throw line.error("'\(value)' is not \(key.wanted)")
    }
  }
}

extension ProtocolMessage {
  /// Nil if a handshake message is of another kind than its name.
  fileprivate init?(_ direction: Direction, name: String, _ bytes: [UInt8]) {
    for type in [ContentType(name: name), .handshake].compactMap(\.self) {
      let message = ProtocolMessage(direction: direction, contentType: type, bytes: bytes)
      guard message.name == name else { continue }
      self = message
      return
    }
    return nil
  }
}
