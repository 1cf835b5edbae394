public import MemoryTLS

/// The flights of one connection in their order, and what is known of the connection beside them.
///
/// ``text`` is the file format, and ``init(text:)`` reads it.
public struct FlightLog: Sendable, Hashable {
  /// What is known of the connection.
  public var metadata: Metadata
  /// The flights; neighbours go opposite ways.
  public private(set) var flights: [Flight] = []

  /// A log without flights.
  public init(metadata: Metadata = Metadata()) { self.metadata = metadata }

  /// Adds bytes, and what was meant by them, to the last flight, or begins a new one if that went the
  /// other way; then, and only then, the time is kept.
  public mutating func append(
    _ bytes: [UInt8], _ direction: Direction, notes: [FlightNote] = [], at time: Timestamp? = nil
  ) {
    if flights.last?.direction != direction { flights.append(Flight(direction, time: time)) }
    flights[flights.count - 1].bytes += bytes
    flights[flights.count - 1].notes += notes
  }

  /// Adds what was understood late, to the last flight that went this way; to none if there is none.
  public mutating func annotate(_ note: FlightNote, _ direction: Direction) {
    guard let index = flights.lastIndex(where: { $0.direction == direction }) else { return }
    flights[index].notes.append(note)
  }

  /// How many bytes travelled, both ways together.
  public var byteCount: Int { flights.reduce(0) { $0 + $1.bytes.count } }
}
