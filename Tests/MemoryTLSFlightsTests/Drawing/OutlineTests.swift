import MemoryTLS
import MemoryTLSTesting
import Testing

@testable import MemoryTLSFlights

@Suite struct OutlineTests {
  @Test func `messages are numbered through all flights, and those that were encrypted marked`()
    throws
  {
    let outline = Outline(try Self.recorded())
    let names = [
      "ClientHello", "ServerHello", "change_cipher_spec", "EncryptedExtensions", "Certificate",
      "CertificateVerify", "Finished", "change_cipher_spec", "Finished", "application_data",
    ]
    #expect(outline.entries.map(\.name) == names)
    #expect(outline.entries.map(\.number) == Array(1...10))
    #expect(outline.entries.filter(\.isEncrypted).compactMap(\.number) == [4, 5, 6, 7, 9, 10])
    #expect(outline.flights.map(\.number) == [1, 2, 3])
    #expect(outline[10]?.message?.bytes == Array("hello".utf8))
    #expect(outline[0] == nil && outline[11] == nil)
    #expect(outline.summary.last == "decrypted")
  }

  @Test func `each entry names the records that carried it`() throws {
    let outline = Outline(try Self.recorded())
    for entry in outline.entries {
      #expect(!entry.records.isEmpty)
      let sizes = entry.records.map { outline.dissection.records[$0].bytes.count }
      #expect(sizes.reduce(0, +) > entry.byteCount)
    }
    #expect(outline.flights.flatMap(\.records) == Array(outline.dissection.records.indices))
  }

  @Test func `without secrets notes tell what is encrypted`() throws {
    var log = try Self.recorded()
    let names = Outline(log).entries.map(\.name)
    log.metadata.keyLog = []
    let outline = Outline(log)
    #expect(outline.entries.map(\.name) == names)
    #expect(outline[7]?.isEncrypted == true && outline[7]?.records == [])
    #expect(outline[2]?.isEncrypted == false && outline[2]?.records.count == 1)
    #expect(outline.summary.last == "encrypted messages as they were recorded")
  }

  @Test func `without secrets and notes records stay closed, and neighbours are one entry`() throws
  {
    let outline = Outline(try Self.recorded().bare)
    let closed = outline.entries.filter { $0.message == nil }
    #expect(closed.map(\.name) == ["4 × closed record", "2 × closed record"])
    #expect(closed.allSatisfy { $0.number == nil && $0.isEncrypted && $0.fields.isEmpty })
    #expect(closed.allSatisfy { $0.reason?.isEmpty == false && $0.detail == $0.reason })
    #expect(outline.entries.compactMap(\.number) == [1, 2, 3, 4])
    #expect(outline.summary.last == "6 encrypted records stay closed")
  }

  @Test func `secrets may come from elsewhere`() throws {
    let log = try Self.recorded()
    let outline = Outline(log.bare, keyLog: KeyLog(lines: log.metadata.keyLog))
    #expect(outline.entries.allSatisfy { $0.message != nil })
  }

  @Test func `a record that the other side interrupts is counted once`() {
    var log = FlightLog()
    log.append([23, 3, 3, 0, 10, 1, 2], .clientToServer)
    log.append([21, 3, 3, 0, 2, 1, 0], .serverToClient)
    log.append([3, 4, 5, 6, 7, 8, 9, 10, 21, 3], .clientToServer)
    let outline = Outline(log)
    #expect(
      outline.flights.map(\.size) == [
        "7 bytes in 1 record", "7 bytes in 1 record", "10 bytes in 0 records",
      ])
    #expect(outline.flights[0].recordLabels.map(\.text) == ["application_data 15 but for 8 later"])
    let labels = outline.flights[2].recordLabels
    #expect(labels.first?.text == "8 of the record before")
    #expect(labels.last?.tone == .bad && labels.count == 2)
  }

  @Test func `times count from the first flight, whatever they are`() {
    var log = FlightLog()
    let times: [Timestamp?] = [
      Timestamp(seconds: 10, nanoseconds: 999_999_000), Timestamp(seconds: 11), nil,
      Timestamp(seconds: 9), Timestamp(seconds: .max), Timestamp(seconds: .min),
    ]
    for (index, time) in times.enumerated() {
      log.append([1], index % 2 == 0 ? .clientToServer : .serverToClient, at: time)
    }
    let elapsed = Outline(log).flights.map { $0.elapsed?.inSeconds }
    #expect(elapsed[..<4] == ["0.000000", "0.000001", nil, "-1.999999"])
    #expect(elapsed[4] == "9223372036854775796.000001" && elapsed[5] == nil)
  }

  @Test func `any bytes have an outline`() {
    for seed in 0..<200 {
      var log = FlightLog()
      for flight in 0..<6 {
        let bytes = (0..<(seed % 40)).map {
          UInt8(truncatingIfNeeded: ($0 &* 37 &+ seed) &* (flight + 3))
        }
        log.append(
          [[20, 21, 22, 23][flight % 4], 3, 3, 0] + bytes,
          flight % 2 == 0 ? .clientToServer : .serverToClient)
      }
      let outline = Outline(log)
      #expect(outline.flights.count == 6)
      #expect(outline.entries.compactMap(\.number) == Array(1..<1 + outline.messageCount))
      #expect(!outline.description.isEmpty)
    }
  }

  /// A handshake in memory and some data, with secrets.
  static func recorded() throws -> FlightLog {
    var settings = try PairSettings(seed: 1)
    settings.client.logsSecrets = .asEvents
    let pair = try settings.pair()
    pair.client.send(Array("hello".utf8))
    try pair.settle()
    var log = pair.log
    while let event = pair.client.engine.nextEvent() {
      if case .keyLog(let line) = event { log.metadata.keyLog.append(line) }
    }
    return log
  }
}

extension FlightLog {
  /// The bytes alone.
  var bare: FlightLog {
    flights.reduce(into: FlightLog()) { $0.append($1.bytes, $1.direction, at: $1.time) }
  }
}
