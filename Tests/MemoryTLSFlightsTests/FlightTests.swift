import MemoryTLS
import MemoryTLSFlights
import Testing

@Suite struct FlightTests {
  @Test func `bytes of one direction are one flight until the other answers`() {
    var log = FlightLog()
    #expect(log.flights.isEmpty)
    log.append([22, 3, 1], .clientToServer, notes: [.handshake(1, .clientToServer)])
    log.append([0, 1, 9], .clientToServer)
    let answer = [2, 11].map { FlightNote.handshake($0, .serverToClient) }
    log.append([22, 3, 3, 0, 0], .serverToClient, notes: answer)
    log.append([21, 3, 3, 0, 0], .clientToServer)
    #expect(log.flights.map(\.direction) == [.clientToServer, .serverToClient, .clientToServer])
    #expect(log.flights.map(\.bytes.count) == [6, 5, 5])
    #expect(log.flights.map(\.messages) == [["ClientHello"], ["ServerHello", "Certificate"], []])
  }

  @Test func `a record that was cut is whole in its flight`() {
    var log = FlightLog()
    for byte in [22, 3, 1, 0, 2, 7, 8, 20, 3, 3, 0, 1, 1] as [UInt8] {
      log.append([byte], .serverToClient)
    }
    #expect(log.flights.count == 1)
    #expect(log.flights.first?.records.map(\.contentType) == [.handshake, .changeCipherSpec])
    #expect(log.flights.first?.records.map(\.byteCount) == [7, 6])
  }

  @Test func `a flight without bytes has no records`() {
    #expect(Flight(.clientToServer).records == [])
    #expect(Flight(.clientToServer).messages == [])
  }

  // FIPS 180-2 §B.1: the SHA-256 of "abc".
  @Test func `a flight's SHA-256 is that of its bytes, however they came`() {
    var log = FlightLog()
    for byte in Array("abc".utf8) { log.append([byte], .clientToServer) }
    let digits = log.flights[0].sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    #expect(
      digits.joined() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `the time of a flight is that of its first bytes`() {
    var log = FlightLog()
    log.append([1], .clientToServer, at: Timestamp(seconds: 1))
    log.append([2], .clientToServer, at: Timestamp(seconds: 2))
    log.append([3], .serverToClient)
    #expect(log.flights.map(\.time) == [Timestamp(seconds: 1), nil] && log.byteCount == 3)
  }

  @Test func `what is understood late belongs to the last flight of its direction`() {
    var log = FlightLog()
    log.annotate(.write([1]), .serverToClient)
    #expect(log.flights.isEmpty)
    log.append([1], .serverToClient)
    log.append([2], .clientToServer)
    log.annotate(.write([7]), .serverToClient)
    #expect(log.flights.map(\.notes) == [[.write([7])], []])
  }

  @Test func `logs are values`() {
    var log = FlightLog()
    log.append([1], .clientToServer)
    let copy = log
    log.append([2], .serverToClient)
    #expect(copy.flights.count == 1 && copy != log)
    #expect(Direction.clientToServer.reversed == .serverToClient)
    #expect(Direction.serverToClient.reversed == .clientToServer)
  }
}

extension FlightNote {
  /// A handshake message without a body.
  static func handshake(_ type: UInt8, _ direction: Direction) -> FlightNote {
    .message(
      ProtocolMessage(direction: direction, contentType: .handshake, bytes: [type, 0, 0, 0]))
  }
}
