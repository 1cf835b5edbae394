public import MemoryTLS

/// What a log holds, flight by flight, every message with a number.
///
/// Messages are those that can be read, with the secrets at hand; where they cannot, those that the
/// flights' notes tell of. Records that stay closed are listed too, without a number.
public struct Outline: Sendable {
  /// What it lists.
  public let log: FlightLog
  /// The log taken apart.
  public let dissection: Dissection
  /// The flights in their order.
  public let flights: [OutlinedFlight]

  /// Takes a log apart.
  ///
  /// - Parameters:
  ///   - log: The flights, with or without secrets.
  ///   - keyLog: More secrets than the log has itself.
  public init(_ log: FlightLog, keyLog: KeyLog = KeyLog(lines: [])) {
    (self.log, dissection) = (log, Dissection(log, keyLog: keyLog))
    var writer = OutlineWriter(log, dissection)
    flights = log.flights.indices.map { writer.flight($0) }
  }

  /// All that is listed, in order.
  public var entries: [OutlineEntry] { flights.flatMap(\.entries) }

  /// The message of this number, counted from 1.
  public subscript(number: Int) -> OutlineEntry? {
    flights.lazy.compactMap { $0.entries.first { $0.number == number } }.first
  }
}

/// A flight with what is in it.
public struct OutlinedFlight: Sendable, Hashable {
  /// Counted from 1.
  public let number: Int
  /// Its bytes.
  public let flight: Flight
  /// How long after the log's first flight it was, where that is known.
  public let elapsed: Duration?
  /// Its messages and closed records, in order.
  public let entries: [OutlineEntry]
  /// The records that begin in it, as indices of ``Dissection/records``.
  public let records: [Int]

  /// The kinds and sizes of its records, and what is no whole one.
  let recordLabels: [Label]
}

/// A message of a log, or records that stay closed.
public struct OutlineEntry: Sendable, Hashable {
  /// Counted from 1 through the whole log; nil for closed records.
  public let number: Int?
  /// The message; nil for closed records.
  public let message: ProtocolMessage?
  /// The size of the message with its header, or of the closed records with theirs, in bytes.
  public let byteCount: Int
  /// Whether it was encrypted on its way.
  public let isEncrypted: Bool
  /// The records that carried it, as indices of ``Dissection/records``; empty if that is not known.
  public let records: [Int]
  /// Why records are closed.
  public let reason: String?

  let contentType: ContentType
  let version: ProtocolVersion
  let cipherSuite: CipherSuite?

  /// What it is called: "ServerHello", "alert unknown_ca", "2 × closed record". Before TLS 1.3 closed
  /// records say what kind of message is in them.
  public var name: String {
    if let message { return message.label }
    let kind = contentType == .applicationData ? "record" : "\(contentType)"
    return (records.count == 1 ? "" : "\(records.count) × ") + "closed \(kind)"
  }

  /// The message taken apart; empty for closed records.
  public var fields: [MessageField] {
    message?.fields(in: version, cipherSuite: cipherSuite) ?? []
  }
}

// MARK: - As drawings have it

extension Outline {
  /// How many messages there are.
  var messageCount: Int {
    flights.reduce(0) { count, flight in
      count + flight.entries.reduce(0) { $0 + ($1.number == nil ? 0 : 1) }
    }
  }
}

extension OutlinedFlight {
  /// "793 bytes in 6 records": those that begin in it.
  var size: String {
    let (bytes, records) = (flight.bytes.count, records.count)
    return "\(bytes) \(bytes == 1 ? "byte" : "bytes") in \(records) "
      + (records == 1 ? "record" : "records")
  }

  /// The names of its messages, of very many the first.
  var labels: [Label] { entries.lazy.map { Label(text: $0.name, tone: $0.tone) }.condensed() }
}

extension OutlineEntry {
  /// Whether it is bad news, or was encrypted.
  var tone: Tone {
    if let alert = message?.alert, alert != .closeNotify { return .bad }
    return isEncrypted ? .sealed : .ink
  }
}

extension Duration {
  /// Seconds with six digits behind the point.
  var inSeconds: String {
    let (seconds, attoseconds) = components
    let sign = self < .zero ? "-" : ""
    let fraction = "\(attoseconds.magnitude / 1_000_000_000_000)"
    let zeros = String(repeating: "0", count: 6 - fraction.count)
    return "\(sign)\(seconds.magnitude).\(zeros)\(fraction)"
  }
}
