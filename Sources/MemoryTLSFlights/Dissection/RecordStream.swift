import MemoryTLS

/// One direction of a log, put together across its flights and cut into records one by one.
struct RecordStream {
  /// The next whole record.
  private(set) var next: Cut?
  /// What stands behind the last of them, once there is no next one.
  private(set) var rest: Dissection.Rest?
  private let direction: Direction
  private var bytes: [UInt8] = []
  private var places = Places()
  /// Where the bytes begin that are not cut yet.
  private var start = 0

  /// A record, and where it is.
  struct Cut {
    var flight: Int
    var offset: Int
    /// The flight with its last byte.
    var lastFlight: Int
    var record: Record
    /// A part of the stream, which it keeps.
    var bytes: ArraySlice<UInt8>
  }

  /// The places of bytes: where in the stream each flight begins.
  private struct Places {
    var starts: [(flight: Int, start: Int)] = []
    private var index = 0

    /// Where a byte of the stream is; behind the one that was asked for before.
    mutating func find(_ position: Int) -> (flight: Int, offset: Int) {
      while index + 1 < starts.count, starts[index + 1].start <= position { index += 1 }
      guard index < starts.count else { return (0, position) }
      return (starts[index].flight, position - starts[index].start)
    }
  }

  init(_ log: FlightLog, _ direction: Direction) {
    self.direction = direction
    for (index, flight) in log.flights.enumerated()
    where flight.direction == direction && !flight.bytes.isEmpty {
      places.starts.append((index, bytes.count))
      bytes += flight.bytes
    }
    advance()
  }

  /// Goes on behind the next record.
  mutating func advance() {
    next = nil
    guard start < bytes.count else { return }
    let (flight, offset) = places.find(start)
    guard bytes[start...].isRecord, let record = Record(startOf: bytes[start...]) else {
      rest = Dissection.Rest(
        direction: direction, flight: flight, offset: offset, byteCount: bytes.count - start,
        reason: bytes[start...].reasonForNoRecord)
      return
    }
    let end = start + record.byteCount
    next = Cut(
      flight: flight, offset: offset, lastFlight: places.find(end - 1).flight, record: record,
      bytes: bytes[start..<end])
    start = end
  }
}

extension ArraySlice<UInt8> {
  /// Whether it could be the start of a record: a type and a version that there are.
  fileprivate var isRecord: Bool {
    guard let type = first, ContentType.registeredNames[type] != nil else { return false }
    return count < 2 || self[startIndex + 1] == 3
  }

  fileprivate var reasonForNoRecord: String {
    guard isRecord else { return "no TLS record: \(Hexadecimal.text(prefix(5)))" }
    let header = Array(prefix(5))
    let whole = header.count < 5 ? "" : " of \(5 + Int(header[3]) << 8 + Int(header[4]))"
    return "a record cut short: \(count)\(whole) bytes"
  }
}
