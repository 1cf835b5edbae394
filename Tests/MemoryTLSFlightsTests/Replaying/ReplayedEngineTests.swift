import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// What replays find if a single byte of a recording is another.
@Suite struct ReplayedEngineTests {
  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `a changed byte at any place is the first divergence, and no other is`(
    version: ProtocolVersion
  ) throws {
    let conversation = try Conversation(version)
    let log = try conversation.recorded()
    #expect(try firstDivergence(conversation, log) == nil)
    for (index, flight) in log.flights.enumerated() {
      for offset in flight.bytes.indices {
        let changed = log.changed(flight: index, at: offset)
        let found = try firstDivergence(conversation, changed)
        guard found?.flight != index + 1 || found?.offset != offset else { continue }
        Issue.record("flight \(index + 1), byte \(offset): \(found.map { "\($0)" } ?? "nothing")")
        return
      }
    }
  }

  /// In the order of the file, of both ends.
  private func firstDivergence(
    _ conversation: Conversation, _ log: FlightLog
  ) throws -> Divergence? {
    let all = try FlightReplayer.Role.allCases.flatMap { role in
      try conversation.replay(log, as: role).divergences
    }
    return all.min { ($0.flight, $0.offset ?? .max) < ($1.flight, $1.offset ?? .max) }
  }
}

extension FlightLog {
  fileprivate func changed(flight: Int, at offset: Int) -> FlightLog {
    var log = FlightLog(metadata: metadata)
    for (index, each) in flights.enumerated() {
      var bytes = each.bytes
      if index == flight { bytes[offset] ^= 1 << (offset % 8) }
      log.append(bytes, each.direction, notes: each.notes)
    }
    return log
  }
}
