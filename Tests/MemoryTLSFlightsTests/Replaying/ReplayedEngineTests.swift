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

  @Test(arguments: FlightReplayer.Role.allCases)
  func `whatever is recorded, a replay ends`(role: FlightReplayer.Role) throws {
    let conversation = try Conversation()
    let whole = try conversation.recorded()
    var random = Chance(state: 1)
    for _ in 0..<300 {
      var log = FlightLog(metadata: whole.metadata)
      for flight in whole.flights {
        var bytes = flight.bytes
        for _ in 0..<Int(random.next() % 4) where !bytes.isEmpty {
          bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
        }
        if random.next() % 4 == 0 { bytes = bytes.suffix(Int(random.next() % 64)) + bytes }
        let notes = flight.notes.shuffled(using: &random)
        let direction = random.next() % 8 == 0 ? flight.direction.reversed : flight.direction
        log.append(bytes, direction, notes: notes + notes.prefix(Int(random.next() % 3)))
      }
      _ = try conversation.replay(log, as: role)
    }
  }

  @Test func `very many notes take no longer than they are long`() throws {
    let conversation = try Conversation()
    let whole = try conversation.recorded()
    for note in [
      FlightNote.message(
        .init(direction: .serverToClient, contentType: .handshake, bytes: [4, 0, 0, 0])),
      .write([1]),
    ] {
      var log = FlightLog(metadata: whole.metadata)
      for (index, flight) in whole.flights.enumerated() {
        let notes = index == 3 ? [FlightNote](repeating: note, count: 3_000) : flight.notes
        log.append(flight.bytes, flight.direction, notes: notes)
      }
      let replay = try conversation.replay(log, as: .server)
      #expect(replay.divergences.first?.flight == 4)
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

/// The same numbers every time (xorshift64).
private struct Chance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
