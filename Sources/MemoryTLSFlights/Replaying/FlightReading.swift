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
    var flights = log.flights.map { ReadFlight($0, terms) }
    for message in dissection.messages where flights.indices.contains(message.flight) {
      flights[message.flight].add(message)
    }
    for record in dissection.records where flights.indices.contains(record.flight) {
      flights[record.flight].add(record)
    }
    self.flights = flights
  }

  func flight(_ index: Int) -> Flight? {
    log.flights.indices.contains(index) ? log.flights[index] : nil
  }

  func read(_ index: Int) -> ReadFlight {
    flights.indices.contains(index) ? flights[index] : ReadFlight()
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
  private var noted: [ProtocolMessage] = []
  private(set) var written: [UInt8] = []
  private(set) var hasNotes = false

  init() {}

  init(_ flight: Flight, _ terms: Terms) {
    (bytes, self.terms) = (flight.bytes, terms)
    hasNotes = !flight.notes.isEmpty
    for note in flight.notes {
      switch note {
      case .message(let message): noted.append(message)
      case .write(let plaintext): written += plaintext
      }
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
    if hasNotes { return noted }
    return sealed.isEmpty ? decrypted : nil
  }

  /// What it is made of, in a few words.
  var summary: String {
    let messages = messages ?? plain
    let size = "\(bytes.count) byte\(bytes.count == 1 ? "" : "s")"
    return messages.isEmpty ? size : "\(size), \(MessageWords.some(messages))"
  }
}
