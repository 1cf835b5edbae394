import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// What is told where bytes cannot be equal.
@Suite struct MessageDifferencesTests {
  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `two connections of the same settings have the same structure`(
    version: ProtocolVersion
  ) throws {
    let (one, other) = (try log(version), try log(version))
    #expect(one.flights[0].bytes != other.flights[0].bytes)
    #expect(structure(one, other) == [])
    // With what nobody can read on one side or on both.
    #expect(structure(one.withoutNotes, other) == [])
    #expect(structure(one, other.withoutNotes) == [])
    #expect(structure(one.withoutNotes, other.withoutNotes) == [])
  }

  @Test func `what only one log can read is counted in records`() throws {
    let (one, other) = (try log(.tls13), try log(.tls13) { $0.server.tickets = .withFirstWrite(2) })
    #expect(structure(one, other) == ["flight 4: one NewSessionTicket more"])
    #expect(
      structure(one.withoutNotes, other) == [
        "flight 4, sealed records: recorded 3 × application_data; now 4 × application_data"
      ])
  }

  @Test func `other plaintext is told, but not to who did not record any`() throws {
    let (one, other) = (try log(.tls13), try log(.tls13, saying: "pang!"))
    #expect(
      structure(one, other) == [
        "flight 3, what the application wrote: recorded 4 bytes; now 5, the first 1 of them equal"
      ])
    #expect(structure(one.withoutWrites, other) == [])
  }

  @Test func `flights that are missing or new are told by what is in them`() throws {
    let one = try log(.tls13)
    let count = one.flights.count
    var fewer = FlightLog()
    for flight in one.flights.dropLast() {
      fewer.append(flight.bytes, flight.direction, notes: flight.notes)
    }
    let size = one.flights[count - 1].bytes.count
    let words = "\(size) bytes, a NewSessionTicket and 1 message more"
    #expect(structure(one, fewer) == ["flight \(count): nothing instead of \(words)"])
    #expect(structure(fewer, one) == ["flight \(count) is new: \(words)"])
    #expect(structure(FlightLog(), FlightLog()) == [])
  }

  @Test func `of very many differences the first are told`() throws {
    var (one, other) = (FlightLog(), FlightLog())
    for index in 0..<100 {
      let direction: Direction = index % 2 == 0 ? .clientToServer : .serverToClient
      one.append([23, 3, 3, 0, 1, UInt8(index)], direction)
      other.append([21, 3, 3, 0, 1, UInt8(index)], direction)
    }
    #expect(one.divergences(of: other, comparing: .bytes).count == 32)
    #expect(one.divergences(of: other, comparing: .bytes).first?.offset == 0)
  }

  private func structure(_ recorded: FlightLog, _ now: FlightLog) -> [String] {
    recorded.divergences(of: now, comparing: .structure(because: "")).map(\.sentence)
  }

  /// A connection of new secrets, with new certificates of the same names.
  private func log(
    _ version: ProtocolVersion, saying text: String = "ping",
    _ change: (inout PairSettings) -> Void = { _ in }
  ) throws -> FlightLog {
    var settings = try PairSettings()
    settings.client.versions = version...version
    change(&settings)
    let pair = try settings.pair()
    pair.client.send(Array(text.utf8))
    try pair.settle()
    pair.server.send(Array("pong".utf8))
    try pair.expectClose()
    return pair.log
  }
}

extension FlightLog {
  fileprivate var withoutNotes: FlightLog { keeping { _ in false } }
  fileprivate var withoutWrites: FlightLog { keeping { $0.message != nil } }

  private func keeping(_ isKept: (FlightNote) -> Bool) -> FlightLog {
    var log = FlightLog(metadata: metadata)
    for flight in flights {
      log.append(flight.bytes, flight.direction, notes: flight.notes.filter(isKept))
    }
    return log
  }
}
