@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Invariant 13 in bulk: what an engine owns is freed with it, in whatever state it is dropped.
@Suite(.withAllAndNeededAlgorithms) struct LifetimeTests {
  @Test(arguments: EngineState.allCases, bothRoles)
  func `a hundred engines dropped in a state leak nothing`(
    state: EngineState, isServer: Bool
  ) throws {
    let tally = Tally()
    for round in 0..<100 {
      // Half of them with an observer.
      let observer = round % 2 == 0 ? tally.observer() : nil
      let engine = try state.engine(isServer: isServer, observing: observer)
      tally.count(engine)
      #expect(engine.phase == state.phase)
    }
    #expect(tally.counted == 350)
    #expect(tally.freed == 350)
  }

  @Test func `an engine keeps its context, and a context none of its engines`() throws {
    weak var context: TLSContext?
    var engine: TLSEngine?
    do {
      let made = try TLSContext(Settings().server)
      context = made
      engine = try TLSEngine(made, as: .server)
    }
    #expect(context != nil)
    #expect(try engine?.step() == .needs(.push(atLeast: 5)))
    engine = nil
    #expect(context == nil)
  }

  @Test(arguments: versions)
  func `what only a handshake needs is let go at its end`(version: ProtocolVersion) throws {
    let reunion = try Reunion(
      Settings(version).mutual.telling.changed { $0.server.decisions = [.clientHello] })
    func meet(_ session: TLSSession?) throws -> EnginePair {
      let pair = EnginePair(
        client: try TLSEngine(reunion.client, as: .client(.name("localhost")), resuming: session),
        server: try TLSEngine(reunion.server, as: .server))
      pair.server.decider = { (_, engine: TLSEngine) throws(TLSError) in try engine.proceed() }
      try pair.settle()
      pair.server.send(text(1))
      try pair.settle()
      return pair
    }
    let first = try meet(nil)
    let session = try #require(first.sessions.last)
    try first.finish()
    let second = try meet(session)
    #expect(second.isResumed)
    for pair in [first, second] {
      for end in [pair.client, pair.server] {
        let reports = end.engine.connection.reports
        #expect(reports.suspension.clientHello.isEmpty && reports.suspension.serverName == nil)
        #expect(reports.sessions?.offered == nil && reports.sessions?.found == nil)
      }
    }
  }

  @Test func `an engine that could not be made leaks nothing`() throws {
    let tally = Tally()
    let context = try TLSContext(Settings().client)
    for _ in 0..<100 {
      #expect(throws: TLSError.self) {
        try TLSEngine(context, as: .client(.name("")), observing: tally.observer())
      }
    }
    #expect(tally.counted == 100 && tally.freed == 100)
  }

  @Test func `an observer that holds its own engine is the caller's cycle to break`() throws {
    let gate = Gate()
    weak var dropped: TLSEngine?
    do {
      let engine = try TLSEngine(
        TLSContext(Settings().server), as: .server, observing: gate.observer)
      dropped = engine
      gate.whenOpened = { _ = engine.phase }
    }
    #expect(dropped != nil)
    gate.whenOpened = {}
    #expect(dropped == nil)
  }
}

extension EngineState {
  /// Where an engine in this state says it is.
  fileprivate var phase: TLSError.Phase {
    switch self {
    case .neverStarted, .blocked, .failed, .aborted, .truncated: .handshake
    case .open, .released, .unread, .pending: .open
    case .closing, .closed: .closing
    }
  }
}
