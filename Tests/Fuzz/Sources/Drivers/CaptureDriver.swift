import MemoryTLS
import MemoryTLSFlights

/// Any bytes are taken for a capture, pcap or pcapng.
enum CaptureDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    let capture: Capture
    do throws(CaptureError) { capture = try Capture(input) } catch {
      return [try refusal(error, of: input)]
    }
    try demand(Capture.isCapture(input), "read, but said to be no capture")
    var landmarks = Set([landmark("\(capture.skipped.count.signum())")])
    if let damage = capture.damage { landmarks.insert(try refusal(damage, of: input)) }
    try demand(capture.packetCount <= input.count, "\(capture.packetCount) packets")
    let packets = capture.streams.reduce(capture.skipped.count) { $0 + $1.packetCount }
    try demand(packets <= capture.packetCount, "\(packets) packets of \(capture.packetCount)")
    for (number, stream) in capture.streams.enumerated() {
      try demand(stream.number == number, "stream \(number) has the number \(stream.number)")
      landmarks.insert(try look(at: stream, of: input))
    }
    for log in capture.streams.compactMap(\.log).prefix(4) { try demandReturn(of: log) }
    return landmarks
  }

  private static func refusal(_ error: CaptureError, of input: [UInt8]) throws -> UInt64 {
    try demand(0...input.count ~= error.offset, "offset \(error.offset) of \(input.count)")
    return landmark(error.reason.filter { !$0.isNumber })
  }

  private static func look(at stream: CapturedStream, of input: [UInt8]) throws -> UInt64 {
    for direction in Direction.allCases {
      let count = stream.byteCounts[direction]
      let before = stream.plaintextBefore[direction]
      let holes = stream.holes.filter { $0.direction == direction }
      try demand(0...input.count ~= count, "\(count) bytes out of \(input.count)")
      try demand(holes.count <= 1, "\(holes.count) holes one way")
      try demand(holes.allSatisfy { $0.offset == count }, "bytes behind a hole: \(holes)")
      guard let log = stream.log else { continue }
      let logged = log.flights.filter { $0.direction == direction }.reduce(0) {
        $0 + $1.bytes.count
      }
      try demand(before + logged == count, "\(before) and \(logged) bytes of \(count)")
    }
    let outcome = [stream.holes.count, stream.log?.flights.count ?? -1].map { $0.signum() }
    return landmark("stream \(outcome)")
  }

  /// What is written as a capture is read again.
  static func demandReturn(of log: FlightLog) throws {
    for format in CaptureFormat.allCases {
      let capture = try Capture(log.capture(as: format))
      let streams = capture.streams
      try demand(streams.count == 1 && capture.skipped.count == 0, "\(streams.count) streams")
      try demand(capture.damage == nil, "damaged: \(capture.damage.debugDescription)")
      let (again, flights) = (streams.first?.log?.flights ?? [], log.flights)
      try demand(again.map(\.bytes) == flights.map(\.bytes), "\(format): other bytes")
      try demand(again.first?.direction == flights.first?.direction, "the other way round")
      try demand(streams.first?.holes == [], "a hole")
    }
  }
}
