/// The times of packets that are made up around flights, in nanoseconds since 1970.
struct PacketClock {
  private var time: UInt64
  private var step: UInt64

  /// Begins so that the three packets which open a connection are just before the first flight.
  init(startOf log: FlightLog) {
    let first = log.flights.first?.time
    let start = first ?? log.metadata.time.map { Timestamp(seconds: $0) } ?? Timestamp(seconds: 0)
    let opening = first == nil ? 0 : 3 * Self.microsecond
    time = Self.nanoseconds(start) - min(opening, Self.nanoseconds(start))
    step = Self.microsecond
  }

  /// All packets of a flight have its time.
  mutating func begin(_ flight: Flight) {
    step = flight.time == nil ? Self.microsecond : 0
    if let start = flight.time { time = Self.nanoseconds(start) }
  }

  /// The time of the next packet.
  mutating func next() -> UInt64 {
    defer { time = time.addingReportingOverflow(step).overflow ? time : time + step }
    return time
  }

  /// What a capture can say: nothing before 1970, and nothing after 2554.
  private static func nanoseconds(_ time: Timestamp) -> UInt64 {
    guard time.seconds >= 0 else { return 0 }
    let seconds = UInt64(time.seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let sum = seconds.partialValue.addingReportingOverflow(UInt64(time.nanoseconds))
    return seconds.overflow || sum.overflow ? .max : sum.partialValue
  }

  private static let microsecond: UInt64 = 1000
}
