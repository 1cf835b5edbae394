import MemoryTLS

/// Takes a log apart, record by record in the order in which they arrived.
struct Dissector {
  private let log: FlightLog
  private var streams: [RecordStream]
  private var assemblies = [MessageAssembly(), MessageAssembly()]
  private(set) var decryption: Decryption
  private(set) var records: [DissectedRecord] = []
  private(set) var messages: [DissectedMessage] = []
  private(set) var rests: [Dissection.Rest] = []

  init(_ log: FlightLog, _ keyLogs: [KeyLog]) {
    self.log = log
    streams = Direction.allCases.map { RecordStream(log, $0) }
    decryption = Decryption(keyLogs)
  }

  mutating func run() {
    for (flight, direction) in log.flights.map(\.direction).enumerated() {
      while let cut = streams[direction.index].next, cut.lastFlight == flight {
        streams[direction.index].advance()
        take(cut, direction)
      }
    }
    for direction in Direction.allCases {
      giveUpMessage(direction)
      if let rest = streams[direction.index].rest { rests.append(rest) }
    }
  }

  private mutating func take(_ cut: RecordStream.Cut, _ direction: Direction) {
    let (content, plaintext) = decryption.open(cut.bytes, cut.record.contentType, direction)
    let record = DissectedRecord(
      flight: cut.flight, direction: direction, offset: cut.offset, record: cut.record,
      slice: cut.bytes, content: content, plaintext: plaintext)
    records.append(record)
    if let plaintext { read(plaintext, record) } else { giveUpMessage(direction) }
  }

  private mutating func read(_ plaintext: [UInt8], _ record: DissectedRecord) {
    let index = records.count - 1
    switch record.contentType {
    case .handshake:
      for (bytes, first) in assemblies[record.direction.index].add(plaintext, index) {
        append(bytes, record, first...index)
        if let message = HandshakeMessage(bytes: bytes) {
          decryption.note(message, record.direction)
        }
      }
    case .alert:
      for start in stride(from: 0, to: plaintext.count, by: 2) {
        append(Array(plaintext[start...].prefix(2)), record, index...index)
      }
    default:
      append(plaintext, record, index...index)
      if record.contentType == .changeCipherSpec { decryption.changeCipher(record.direction) }
    }
  }

  private mutating func append(
    _ bytes: [UInt8], _ record: DissectedRecord, _ range: ClosedRange<Int>
  ) {
    let message = ProtocolMessage(
      direction: record.direction, contentType: record.contentType, bytes: bytes)
    messages.append(
      DissectedMessage(
        flight: records[range.lowerBound].flight, direction: record.direction,
        records: Range(range), isEncrypted: record.content != .plaintext, message: message,
        version: decryption.version ?? .tls12, cipherSuite: decryption.cipherSuite))
  }

  /// What there is of a message whose rest does not come.
  private mutating func giveUpMessage(_ direction: Direction) {
    guard let (bytes, first) = assemblies[direction.index].giveUp() else { return }
    let type = HandshakeType(rawValue: bytes.first ?? 0)
    let whole = bytes.count < 4 ? "" : " of \(HandshakeMessage.byteCount(header: bytes.prefix(4)))"
    rests.append(
      Dissection.Rest(
        direction: direction, flight: records[first].flight, offset: records[first].offset,
        byteCount: bytes.count,
        reason: "a \(type) cut short: \(bytes.count)\(whole) bytes"))
  }
}

extension Direction {
  /// 0 or 1.
  fileprivate var index: Int { self == .clientToServer ? 0 : 1 }
}

/// Puts handshake messages together that records cut (RFC 8446 §5.1).
struct MessageAssembly {
  private var bytes: [UInt8] = []
  private var firstRecord = 0

  /// Adds what a record carries; answers the messages that are complete now, each with the index of the
  /// record in which it begins.
  mutating func add(_ fragment: [UInt8], _ record: Int) -> [(bytes: [UInt8], firstRecord: Int)] {
    if bytes.isEmpty { firstRecord = record }
    bytes += fragment
    var whole: [([UInt8], Int)] = []
    var rest = bytes[...]
    while rest.count >= 4 {
      let count = HandshakeMessage.byteCount(header: rest.prefix(4))
      guard count <= rest.count else { break }
      whole.append((Array(rest.prefix(count)), firstRecord))
      rest.removeFirst(count)
      firstRecord = record
    }
    // A message that goes on and on must not be copied again for each record.
    if !whole.isEmpty { bytes = Array(rest) }
    return whole
  }

  /// What is there of a message; nil if there is nothing.
  mutating func giveUp() -> (bytes: [UInt8], firstRecord: Int)? {
    guard !bytes.isEmpty else { return nil }
    defer { bytes = [] }
    return (bytes, firstRecord)
  }
}
