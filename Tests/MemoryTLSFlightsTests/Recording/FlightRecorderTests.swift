import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct FlightRecorderTests {
  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `a recorded engine's log is that of the wire`(version: ProtocolVersion) throws {
    let recorder = FlightRecorder()
    let pair = try recorded(by: recorder, version)
    pair.client.send(Array("ping".utf8))
    try pair.settle()
    let (log, wire) = (recorder.log, pair.log)
    #expect(log.flights.map(\.direction) == wire.flights.map(\.direction))
    #expect(log.flights.map(\.bytes) == wire.flights.map(\.bytes))
    #expect(log.metadata.role == .client && log.metadata.serverName == "localhost")
    #expect(log.metadata.openssl == OpenSSLVersion.text && log.metadata.keyLog == [])
  }

  @Test func `its messages are those of both ends, and its plaintext is not there`() throws {
    let recorder = FlightRecorder()
    let pair = try recorded(by: recorder, .tls13)
    pair.client.send(Array("ping".utf8))
    try pair.settle()
    // OpenSSL passes over a change_cipher_spec of the peer's that means nothing.
    #expect(
      recorder.log.flights.map(\.messages) == [
        ["ClientHello"],
        [
          "ServerHello", "EncryptedExtensions", "Certificate", "CertificateVerify", "Finished",
        ], ["change_cipher_spec", "Finished"],
      ])
  }

  @Test func `with secrets plaintext and key log lines are there`() throws {
    let recorder = FlightRecorder(keeping: .withSecrets)
    let pair = try recorded(by: recorder, .tls13)
    pair.client.send(Array("ping".utf8))
    try pair.settle()
    while let event = pair.client.engine.nextEvent() { recorder.note(event) }
    let log = recorder.log
    #expect(log.flights.last?.notes.last == .write(Array("ping".utf8)))
    #expect(log.metadata.keyLog.count == 5)
    #expect(try FlightLog(text: log.text) == log)
  }

  @Test func `a recorder that keeps no secrets keeps no line of a key log`() {
    let recorder = FlightRecorder()
    recorder.note(.keyLog("CLIENT_RANDOM 00 00"))
    #expect(recorder.log.metadata.keyLog == [])
  }

  @Test func `early data is written before the ClientHello`() throws {
    var settings = try PairSettings()
    for end in [\PairSettings.client, \.server] { settings[keyPath: end].earlyData = .upTo(100) }
    let pair = try settings.secondPair()
    _ = try pair.client.engine.writeEarly(Array("early".utf8))
    try pair.settle()
    let first = try #require(pair.log.flights.first)
    #expect(first.messages.first == "ClientHello")
    #expect(first.notes.contains(.write(Array("early".utf8))))
  }

  @Test func `what lends its memory is recorded too`() throws {
    let settings = try PairSettings()
    let recorder = FlightRecorder()
    let client = try TLSEngine(
      TLSContext(settings.client), as: .client(.name("localhost")), recordedBy: recorder)
    _ = try client.step()
    var hello: [UInt8] = []
    client.withPendingCiphertext { span in
      hello = (0..<min(7, span.count)).map { span[$0] }
      return hello.count
    }
    client.withFreeSpace { out in
      out.append(21)
      out.append(3)
    }
    #expect(recorder.log.flights.map(\.bytes) == [hello, [21, 3]])
  }

  @Test func `calling an engine from its observer changes nothing`() throws {
    let settings = try PairSettings()
    let engine = try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost")))
    let errors = Errors()
    engine.passageObserver = { [unowned engine] _, _ in
      do throws(TLSError) { _ = try engine.step() } catch { errors.all.append(error) }
    }
    _ = try engine.step()
    let bytes = engine.pull()
    #expect(!bytes.isEmpty && errors.all.map(\.code) == [.reentered])
    #expect(engine.terminalError == nil)
  }

  @Test func `the limit ends a recording and says so`() {
    let recorder = FlightRecorder(limit: 5)
    recorder.note([1, 2, 3].span, .clientToServer)
    #expect(!recorder.isCutShort)
    recorder.note([4, 5, 6].span, .serverToClient)
    recorder.note([7].span, .clientToServer)
    #expect(recorder.isCutShort && recorder.log.flights == [Flight(.clientToServer, [1, 2, 3])])
  }

  @Test func `the clock that is given tells when flights began`() {
    let recorder = FlightRecorder { Timestamp(seconds: 5) }
    recorder.note([1].span, .clientToServer)
    #expect(recorder.log.flights.first?.time == Timestamp(seconds: 5))
  }

  private final class Errors {
    var all: [TLSError] = []
  }

  private func recorded(
    by recorder: FlightRecorder, _ version: ProtocolVersion
  ) throws -> EnginePair {
    var settings = try PairSettings()
    settings.client.versions = version...version
    settings.client.logsSecrets = .asEvents
    settings.server.tickets = .whenIssued
    let client = try TLSEngine(
      TLSContext(settings.client), as: .client(.name("localhost")), recordedBy: recorder)
    let server = try TLSEngine(TLSContext(settings.server), as: .server)
    let pair = EnginePair(client: client, server: server)
    try pair.settle()
    return pair
  }
}
