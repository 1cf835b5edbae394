import MemoryTLS
import MemoryTLSFlights

/// Any bytes are taken for flights and for the key log of their secrets, and taken apart: in blocks of
/// two bytes that say how many follow. The first block is the key log, the others are pieces of
/// flights; of these the topmost bit says which way they go.
enum MessagesDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    var blocks = Blocks(input)
    let keyLog = KeyLog(text: String(decoding: blocks.next()?.bytes ?? [], as: UTF8.self))
    var log = FlightLog()
    while let block = blocks.next() { log.append(block.bytes, block.direction) }
    let dissection = Dissection(log, keyLog: keyLog)
    try demandRecords(of: dissection)
    var landmarks: Set<UInt64> = []
    for message in dissection.messages { landmarks.insert(try look(at: message, dissection)) }
    for record in dissection.records {
      guard case .unreadable(let reason) = record.content else { continue }
      landmarks.insert(landmark(reason.filter { !$0.isHexDigit }))
    }
    try demandAnnotations(of: dissection)
    return landmarks
  }

  /// The input that stands for a log and its secrets.
  static func input(_ log: FlightLog, keyLog: [String]) -> [UInt8] {
    let secrets = Array(keyLog.joined(separator: "\n").utf8)
    return block(secrets, 0)
      + log.flights.flatMap { flight in
        stride(from: 0, to: flight.bytes.count, by: 0x7FFF).flatMap { start in
          block(
            flight.bytes[start...].prefix(0x7FFF), flight.direction == .clientToServer ? 0 : 0x80)
        }
      }
  }

  private static func block(_ bytes: some Collection<UInt8>, _ bit: UInt8) -> [UInt8] {
    [bit | UInt8(bytes.count >> 8 & 0x7F), UInt8(bytes.count & 0xFF)] + bytes
  }

  /// What the records have and what is left are the flights.
  private static func demandRecords(of dissection: Dissection) throws {
    for direction in Direction.allCases {
      let sent = dissection.log.flights.flatMap { $0.direction == direction ? $0.bytes : [] }
      let cut = dissection.records.flatMap { $0.direction == direction ? $0.bytes : [] }
      try demand(sent.starts(with: cut), "records that were not sent")
      let rests = dissection.rests.filter { $0.direction == direction }
      try demand(cut.count == sent.count || !rests.isEmpty, "\(sent.count - cut.count) bytes lost")
    }
    try demand(
      dissection.records.allSatisfy { $0.plaintext?.count ?? 0 <= $0.bytes.count },
      "more plaintext than ciphertext")
  }

  /// The fields of a message are the message.
  private static func look(
    at message: DissectedMessage, _ dissection: Dissection
  ) throws -> UInt64 {
    let places = message.records
    try demand(
      !places.isEmpty && dissection.records.indices.contains(places.lowerBound)
        && places.upperBound <= dissection.records.count, "records \(places)")
    let (fields, bytes) = (message.fields, message.message.bytes)
    let leaves = fields.flatMap(\.leaves)
    try demand(leaves.flatMap(\.bytes) == bytes, "\(message.message.label): not its bytes")
    for leaf in leaves {
      try demand(
        bytes.dropFirst(leaf.offset).starts(with: leaf.bytes), "\(leaf.name) is elsewhere")
    }
    let content = HandshakeMessage(bytes: bytes)?.content(in: dissection.version ?? .tls12)
    let malformed = leaves.contains { $0.name == MessageField.malformed }
    return landmark("\(message.message.name) \(content == nil) \(malformed)")
  }

  /// The log with its messages as notes is a log like any other.
  private static func demandAnnotations(of dissection: Dissection) throws {
    let (log, annotated) = (dissection.log, dissection.annotated)
    try demand(annotated.flights.map(\.bytes) == log.flights.map(\.bytes), "other flights")
    try FlightsDriver.demandReturn(of: annotated)
    let outline = Outline(annotated)
    _ = outline.ladder(atMost: 16)
    _ = SequenceDiagram(outline).svg
    try demand(log.divergences(of: log, comparing: .bytes).isEmpty, "it differs from itself")
    let structure = Comparison.structure(because: "it is fuzzed")
    try demand(log.divergences(of: log, comparing: structure).isEmpty, "it differs from itself")
  }

  private struct Blocks {
    private var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) { rest = input[...] }

    /// The next block, cut short at the end; nil behind the last.
    mutating func next() -> (direction: Direction, bytes: [UInt8])? {
      guard let first = rest.popFirst() else { return nil }
      let count = Int(first & 0x7F) << 8 | Int(rest.popFirst() ?? 0)
      defer { rest = rest.dropFirst(count) }
      return (first < 0x80 ? .clientToServer : .serverToClient, Array(rest.prefix(count)))
    }
  }
}
