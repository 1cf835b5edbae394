import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct FlightReplayerTests {
  @Test(arguments: [ProtocolVersion.tls12, .tls13], FlightReplayer.Role.allCases)
  func `a whole connection runs again without its peer`(
    version: ProtocolVersion, role: FlightReplayer.Role
  ) throws {
    let conversation = try Conversation(version)
    let log = try conversation.recorded()
    let replay = try conversation.replay(log, as: role)
    #expect(replay.divergences == [] && replay.ending == .finished && replay.error == nil)
    #expect(replay.comparison == .bytes)
    #expect(replay.log == log)
    #expect(replay.received == Array((role == .client ? "pong" : "ping").utf8))
    #expect(replay.state.hasPrefix("\(role): closing"))
  }

  @Test(arguments: [Wire.whole, .bytes(1), .seeded(7)], FlightReplayer.Role.allCases)
  func `however the bytes were cut, the same is said`(
    wire: Wire, role: FlightReplayer.Role
  ) throws {
    let conversation = try Conversation {
      $0.wire = wire
      $0.client.ringCapacity = RingCapacity(512)
      $0.server.ringCapacity = RingCapacity(512)
    }
    let log = try conversation.recorded { pair in
      pair.client.send([UInt8](repeating: 7, count: 5000))
      try Conversation.talk(pair)
    }
    let replay = try conversation.replay(log, as: role)
    #expect(replay.divergences == [] && replay.ending == .finished)
    #expect(replay.log == log)
  }

  @Test(arguments: FlightReplayer.Role.allCases)
  func `keys are changed where they were, and tickets issued`(role: FlightReplayer.Role) throws {
    for tickets in [Tickets.whenIssued, .withFirstWrite(2), .afterHandshake(1)] {
      let conversation = try Conversation { $0.server.tickets = tickets }
      let log = try conversation.recorded { pair in
        try pair.settle()
        _ = try pair.client.engine.updateKeys(.both)
        try pair.settle()
        _ = try pair.server.engine.updateKeys(.ours)
        if tickets != .afterHandshake(1) { _ = try pair.server.engine.issueTicket() }
        try Conversation.talk(pair)
        // The client was asked for nothing, and answers nothing.
        #expect(pair.client.engine.keyUpdates.sent == 1)
      }
      let replay = try conversation.replay(log, as: role)
      #expect(replay.divergences == [] && replay.ending == .finished, "\(tickets)")
      #expect(replay.log == log)
    }
  }

  @Test(arguments: FlightReplayer.Role.allCases)
  func `a client is asked for its certificate later`(role: FlightReplayer.Role) throws {
    let conversation = try Conversation {
      $0.client.postHandshakeAuthentication = .offered
      $0.client.identities = [try $0.authority.issue(.client, "user").identity]
    }
    let log = try conversation.recorded { pair in
      try pair.settle()
      _ = try pair.server.engine.requestClientCertificate()
      try Conversation.talk(pair)
    }
    let replay = try conversation.replay(log, as: role)
    #expect(replay.divergences == [] && replay.log == log)
  }

  @Test func `what a recorder wrote down of a seeded engine is replayed`() throws {
    let conversation = try Conversation()
    let recorder = FlightRecorder(keeping: .withSecrets)
    conversation.client.rewind()
    let pair = EnginePair(
      client: try TLSEngine(
        conversation.client, as: .client(.name("localhost")), recordedBy: recorder),
      server: try TLSEngine(conversation.server, as: .server))
    try Conversation.talk(pair)
    var log = recorder.log
    log.metadata.clientSeed = 1
    // From a file, in any other process.
    let replay = try conversation.replay(try FlightLog(text: log.text), as: .client)
    #expect(replay.divergences == [] && replay.comparison == .bytes)
    #expect(replay.log == log && replay.received == Array("pong".utf8))
  }

  @Test(arguments: FlightReplayer.Role.allCases)
  func `a refusal is replayed as well as a success`(role: FlightReplayer.Role) throws {
    let conversation = try Conversation { $0.expected = .name("other.test") }
    let log = try conversation.recorded { try $0.expectRefusal(by: .client, .badCertificate) }
    let replay = try conversation.replay(log, as: role)
    #expect(replay.divergences == [])
    #expect(replay.ending == .failed(inFlight: role == .client ? 2 : 3))
    #expect(replay.error?.alert?.alert == .badCertificate)
  }

  @Test func `a recorded ClientHello is put to a server with other settings`() throws {
    let asked = try Conversation().recorded()
    var hello = FlightLog()
    hello.append(try #require(asked.flights.first).bytes, .clientToServer)
    let settings = try PairSettings()
    let server = try TLSContext(settings.server)
    let replay = try FlightReplayer(hello, as: .server).replay { observer in
      try TLSEngine(server, as: .server, observing: observer)
    }
    #expect(replay.ending == .waiting && replay.error == nil)
    #expect(replay.log.flights.count == 2)
    #expect(replay.log.flights[1].messages.prefix(2) == ["ServerHello", "change_cipher_spec"])
    #expect(replay.comparison == .structure(because: "no seed is recorded"))
  }

  @Test func `what was sealed for other keys is not played to a server`() throws {
    var log = try Conversation().recorded()
    log.metadata = FlightLog.Metadata()
    let server = try TLSContext(PairSettings().server)
    let replay = try FlightReplayer(log, as: .server).replay { observer in
      try TLSEngine(server, as: .server, observing: observer)
    }
    #expect(replay.ending == .departed(before: 3) && replay.error == nil)
    #expect(replay.divergences == [])
    #expect(replay.state.hasPrefix("server: handshake"))
  }

  @Test func `what answers another ClientHello is not played to a client`() throws {
    let conversation = try Conversation()
    var log = try conversation.recorded()
    log.metadata = FlightLog.Metadata()
    let client = try TLSContext(conversation.settings.client)
    let replay = try FlightReplayer(log, as: .client).replay { observer in
      try TLSEngine(client, as: .client(.name("localhost")), observing: observer)
    }
    #expect(replay.ending == .departed(before: 2) && replay.divergences == [])
    #expect(replay.error == nil && replay.log.flights.map(\.messages) == [["ClientHello"]])
  }

  @Test func `a recording that ends early leaves its engine waiting`() throws {
    let conversation = try Conversation()
    let whole = try conversation.recorded()
    var log = FlightLog(metadata: whole.metadata)
    log.append(whole.flights[0].bytes, .clientToServer)
    log.append(Array(whole.flights[1].bytes.prefix(200)), .serverToClient)
    let replay = try conversation.replay(log, as: .client)
    #expect(replay.ending == .waiting && replay.divergences == [])
    let empty = try conversation.replay(FlightLog(metadata: whole.metadata), as: .client)
    #expect(empty.divergences.map(\.flight) == [1])
  }

  @Test func `an engine that waits for a decision gets the caller's`() throws {
    let conversation = try Conversation { $0.server.decisions = .clientHello }
    let client = try Conversation()
    let log = try client.recorded()
    func replay(
      _ decider: ((Decision, TLSEngine) throws(TLSError) -> Void)?
    ) throws -> Replay {
      conversation.server.rewind()
      return try FlightReplayer(log, as: .server).replay(deciding: decider) { observer in
        try TLSEngine(conversation.server, as: .server, observing: observer)
      }
    }
    let decided = try replay { (_, engine) throws(TLSError) in try engine.proceed() }
    #expect(decided.divergences == [] && decided.ending == .finished)
    let stuck = try replay(nil)
    #expect(stuck.divergences.first?.flight == 2 && stuck.ending == .departed(before: 3))
  }

  @Test func `an engine that cannot be made is the caller's to hear of`() throws {
    #expect(throws: TLSError.self) {
      try FlightReplayer(FlightLog(), as: .server).replay { observer throws(TLSError) in
        try TLSEngine(TLSContext(TLSConfiguration()), as: .server, observing: observer)
      }
    }
  }
}
