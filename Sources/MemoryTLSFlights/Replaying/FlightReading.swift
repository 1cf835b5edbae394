import MemoryTLS

/// A log with what can be read of it: the notes of who made it, or else what a dissection finds.
struct FlightReading {
  private let log: FlightLog
  private let flights: [ReadFlight]

  init(_ log: FlightLog) {
    self.log = log
    let dissection = Dissection(log)
    let terms = Terms(
      version: dissection.version ?? .tls13, cipherSuite: dissection.cipherSuite)
    let noted = NotedDirections(log)
    var flights = log.flights.map { ReadFlight($0, terms, noted) }
    for message in dissection.messages where flights.indices.contains(message.flight) {
      flights[message.flight].add(message)
    }
    for record in dissection.records where flights.indices.contains(record.flight) {
      flights[record.flight].add(record)
    }
    self.flights = flights
  }

  var flightCount: Int { log.flights.count }

  func flight(_ index: Int) -> Flight? {
    log.flights.indices.contains(index) ? log.flights[index] : nil
  }

  /// How many records of a direction can only be counted, because nobody can read them.
  func sealedRecords(_ direction: Direction) -> Int {
    zip(log.flights, flights).reduce(0) { count, pair in
      let (flight, read) = pair
      guard flight.direction == direction, read.messages == nil else { return count }
      return count + read.sealed.count
    }
  }

  func read(_ index: Int) -> ReadFlight {
    flights.indices.contains(index) ? flights[index] : ReadFlight()
  }
}

/// Of which ends of a connection the notes tell. A flight of such an end that has none has nothing.
private struct NotedDirections {
  private(set) var messages: Set<Direction> = []
  private(set) var writes: Set<Direction> = []

  init(_ log: FlightLog) {
    for flight in log.flights {
      if flight.notes.contains(where: { $0.message != nil }) { messages.insert(flight.direction) }
      if flight.notes.contains(where: { $0.message == nil }) { writes.insert(flight.direction) }
    }
  }
}

/// What can be read of a flight.
struct ReadFlight {
  var bytes: [UInt8] = []
  var terms = Terms()
  /// What nobody needs keys for.
  private(set) var plain: [ProtocolMessage] = []
  private(set) var plainRecords: [DissectedRecord] = []
  /// The types of records that cannot be read.
  private(set) var sealed: [ContentType] = []
  private var decrypted: [ProtocolMessage] = []
  private var noted: [ProtocolMessage]?
  /// What the application wrote; nil if nobody told.
  private(set) var written: [UInt8]?

  init() {}

  fileprivate init(_ flight: Flight, _ terms: Terms, _ directions: NotedDirections) {
    (bytes, self.terms) = (flight.bytes, terms)
    if directions.messages.contains(flight.direction) { noted = flight.notes.compactMap(\.message) }
    guard directions.writes.contains(flight.direction) else { return }
    written = flight.notes.flatMap { note -> [UInt8] in
      if case .write(let plaintext) = note { plaintext } else { [] }
    }
  }

  mutating func add(_ dissected: DissectedMessage) {
    guard dissected.message.contentType != .applicationData else { return }
    decrypted.append(dissected.message)
    if !dissected.isEncrypted { plain.append(dissected.message) }
  }

  mutating func add(_ record: DissectedRecord) {
    switch record.content {
    case .plaintext: plainRecords.append(record)
    case .decrypted: break
    case .unreadable: sealed.append(record.record.contentType)
    }
  }

  /// All messages in their order; nil if some are sealed.
  var messages: [ProtocolMessage]? {
    noted ?? (sealed.isEmpty ? decrypted : nil)
  }

  /// What it is made of, in a few words.
  var summary: String {
    let messages = messages ?? plain
    let size = "\(bytes.count) byte\(bytes.count == 1 ? "" : "s")"
    return messages.isEmpty ? size : "\(size), \(MessageWords.some(messages))"
  }
}
