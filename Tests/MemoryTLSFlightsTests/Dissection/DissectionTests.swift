import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct DissectionTests {
  @Test func `a message in many records, and a record in many flights, are put together`() {
    // A ServerHelloDone and a HelloRequest in four records of one byte each and a half one.
    let bytes = [14, 0, 0, 0, 0, 0, 0, 0].flatMap { [22, 3, 3, 0, 1, $0] } as [UInt8]
    var log = FlightLog()
    for (index, byte) in bytes.enumerated() {
      log.append([byte], .serverToClient)
      if index.isMultiple(of: 4) { log.append([21, 3, 3, 0, 2, 1, 0], .clientToServer) }
    }
    let dissection = Dissection(log)
    let server = dissection.messages.filter { $0.direction == .serverToClient }
    #expect(server.map(\.message.name) == ["ServerHelloDone", "HelloRequest"])
    #expect(server[0].flight == 0 && server[1].flight == 12)
    for message in server {
      let records = message.records.filter { dissection.records[$0].direction == .serverToClient }
      #expect(records.count == 4)
    }
    #expect(
      dissection.records.filter { $0.direction == .serverToClient }.map(\.bytes.count).max() == 6)
    #expect(dissection.rests == [])
  }

  @Test func `what has no end is told, with its place`() {
    var log = FlightLog()
    log.append([22, 3, 1, 0, 4, 1, 0, 1, 0], .clientToServer)
    log.append([22, 3, 3, 0, 5, 2], .serverToClient)
    log.append([22, 3], .clientToServer)
    let dissection = Dissection(log)
    #expect(dissection.messages == [])
    #expect(
      dissection.rests.map(\.reason) == [
        "a ClientHello cut short: 4 of 260 bytes", "a record cut short: 2 bytes",
        "a record cut short: 6 of 10 bytes",
      ])
    #expect(dissection.rests.map(\.flight) == [0, 2, 1])
    #expect(dissection.rests.map(\.byteCount) == [4, 2, 6])
  }

  @Test func `what is no TLS ends its direction, and only that`() {
    var log = FlightLog()
    log.append([21, 3, 3, 0, 2, 2, 40], .clientToServer)
    log.append(Array("HTTP/1.1 400 Bad Request".utf8), .serverToClient)
    log.append([21, 3, 3, 0, 2, 1, 0], .clientToServer)
    let dissection = Dissection(log)
    #expect(
      dissection.messages.map(\.message.label) == ["alert handshake_failure", "alert close_notify"])
    #expect(dissection.rests.map(\.reason) == ["no TLS record: 485454502f"])
    #expect(dissection.rests.map(\.flight) == [1])
  }

  @Test func `an empty log has nothing`() {
    let dissection = Dissection(FlightLog())
    #expect(dissection.records == [] && dissection.messages == [] && dissection.rests == [])
    #expect(dissection.version == nil && dissection.clientRandom == nil)
    #expect(dissection.annotated == FlightLog())
  }

  @Test(arguments: [0xC009, 0xC023] as [UInt16])
  func `CBC is no AEAD, and says so`(suite: UInt16) throws {
    var settings = try EngineDissectionTests.settings(.tls12, suite)
    settings.wire = .whole
    let pair = try settings.pair()
    try EngineDissectionTests.converse(pair)
    let dissection = Dissection(pair.log, keyLog: KeyLog(lines: pair.client.keyLog))
    #expect(Set(dissection.unreadable) == ["AES_128_CBC is no AEAD"])
    #expect(dissection.messages.filter { $0.message.handshakeType != nil }.count >= 6)
  }

  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `a record that was changed does not authenticate, and those behind it do`(
    version: ProtocolVersion
  ) throws {
    let pair = try EngineDissectionTests.settings(version).pair()
    try pair.settle()
    for text in ["one", "two", "three"] {
      pair.client.send(Array(text.utf8))
      try pair.settle()
    }
    let keyLog = KeyLog(lines: pair.client.keyLog)
    let whole = Dissection(pair.log, keyLog: keyLog)
    let index = try #require(
      whole.records.firstIndex { $0.plaintext == Array("two".utf8) })
    let dissection = Dissection(pair.log.flipping(whole.records[index]), keyLog: keyLog)
    #expect(dissection.records[index].content == .unreadable("does not authenticate"))
    #expect(dissection.data(.clientToServer) == Array("onethree".utf8))
  }

  @Test func `a handshake message that cannot be read does not hide what follows`() throws {
    let pair = try EngineDissectionTests.settings(.tls13).pair()
    try EngineDissectionTests.converse(pair)
    let keyLog = KeyLog(lines: pair.client.keyLog)
    let whole = Dissection(pair.log, keyLog: keyLog)
    for record in whole.records where record.content != .plaintext {
      let changed = Dissection(pair.log.flipping(record), keyLog: keyLog)
      #expect(changed.unreadable == ["does not authenticate"])
    }
  }

  @Test func `a secret that is missing hides what it protects, and nothing else`() throws {
    let pair = try EngineDissectionTests.settings(.tls13).pair()
    try EngineDissectionTests.converse(pair)
    let lines = pair.client.keyLog
    let whole = Dissection(pair.log, keyLog: KeyLog(lines: lines))
    for label in [
      "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET",
      "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0",
    ] {
      let some = KeyLog(lines: lines.filter { !$0.hasPrefix(label) })
      let dissection = Dissection(pair.log, keyLog: some)
      #expect(dissection.unreadable.allSatisfy { $0.hasPrefix("no secret \(label) for client") })
      #expect(!dissection.unreadable.isEmpty)
      let isReadable = { (record: DissectedRecord) in record.plaintext != nil }
      let direction: Direction = label.hasPrefix("CLIENT") ? .clientToServer : .serverToClient
      let (hidden, seen) = (
        dissection.records.filter { !isReadable($0) }, dissection.records.filter(isReadable)
      )
      #expect(hidden.allSatisfy { $0.direction == direction })
      #expect(hidden.count + seen.count == whole.records.count)
      #expect(Set(seen).isSubset(of: Set(whole.records)))
    }
  }

  @Test func `of a wrong secret nothing authenticates`() throws {
    let pair = try EngineDissectionTests.settings(.tls12).pair()
    try EngineDissectionTests.converse(pair)
    let line = try #require(pair.client.keyLog.first { $0.hasPrefix("CLIENT_RANDOM") })
    let wrong = line.dropLast(2) + (line.hasSuffix("00") ? "01" : "00")
    let dissection = Dissection(pair.log, keyLog: KeyLog(lines: [String(wrong)]))
    #expect(Set(dissection.unreadable) == ["does not authenticate"])
  }

  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `no changed or missing byte is ever a trap, and no byte gets lost`(
    version: ProtocolVersion
  ) throws {
    let pair = try EngineDissectionTests.settings(version).pair()
    try EngineDissectionTests.converse(pair)
    let keyLog = KeyLog(lines: pair.client.keyLog)
    var random = SystemRandomNumberGenerator()
    let bytes = pair.log.flights.map(\.bytes)
    for index in bytes.indices {
      for position in stride(from: 0, to: bytes[index].count, by: 3) {
        var flights = bytes
        flights[index][position] = UInt8.random(in: 0...255, using: &random)
        if position.isMultiple(of: 2) { flights[index].removeLast(flights[index].count - position) }
        var log = FlightLog()
        for (flight, bytes) in zip(pair.log.flights, flights) {
          log.append(bytes, flight.direction)
        }
        let dissection = Dissection(log, keyLog: keyLog)
        let records = dissection.records.reduce(0) { $0 + $1.bytes.count }
        let rests = dissection.rests.filter { !$0.reason.contains("Hello") }
        #expect(records <= log.byteCount && rests.count <= 4)
        for message in dissection.messages {
          #expect(message.fields.flatMap(\.leaves).flatMap(\.bytes) == message.message.bytes)
        }
      }
    }
  }
}

extension FlightLog {
  /// With the last byte of a record changed.
  fileprivate func flipping(_ record: DissectedRecord) -> FlightLog {
    var log = FlightLog(metadata: metadata)
    for (index, flight) in flights.enumerated() {
      var bytes = flight.bytes
      if index == record.flight { bytes[record.offset + record.bytes.count - 1] ^= 1 }
      log.append(bytes, flight.direction)
    }
    return log
  }
}
