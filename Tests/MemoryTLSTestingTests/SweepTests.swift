import MemoryTLS
@testable import MemoryTLSTesting
import Synchronization
import Testing

@Suite struct SweepTests {
  private static let authority = fixture { try TestIdentity.authority(seed: 1) }
  private static let server = fixture {
    try authority.issue(.server, names: [.dns("localhost")]).identity
  }

  /// The same bytes every time.
  static func scenario(_ version: ProtocolVersion, wire: Wire = .whole) -> Sweep.Scenario {
    var (client, server) = (TLSConfiguration(), TLSConfiguration())
    (client.versions, server.versions) = (version...version, version...version)
    server.identities = [Self.server]
    client.trust = authority.trust
    return Sweep.Scenario("\(version)", seed: 1) { [client, server] in
      try EnginePair(client: client, server: server, wire: wire, seed: 1)
    }
  }

  @Test func `no rule is broken in twenty thousand cases`() throws {
    let sweep = Sweep([Self.scenario(.tls12), Self.scenario(.tls13)], fraction: 0.33)
    let report = try sweep.run()
    print(report)
    #expect(report.cases >= 20_000 && report.cases == report.planned)
    #expect(report.violations.isEmpty)
    #expect(Set(report.counts.map(\.key.outcome)) == Set(Sweep.Outcome.allCases))
    #expect(Set(report.counts.map(\.key.direction)) == Set(Direction.allCases))
    #expect(Set(report.counts.map(\.key.kind)) == Set(Fault.Kind.names))
  }

  /// The verbs that take records, all of them, and single bytes now and then.
  @Test(
    arguments: [.tls12, .tls13] as [ProtocolVersion], [Wire.bytes(1), .bytes(100), .seeded(3)])
  func `no rule is broken on a wire that cuts`(version: ProtocolVersion, wire: Wire) throws {
    let report = try Sweep([Self.scenario(version, wire: wire)], fraction: 0.003, seed: 7).run()
    #expect(report.cases > 50 && report.violations.isEmpty)
  }

  @Test func `the same seed chooses the same cases, and another one others`() throws {
    let trial = try Trial(Self.scenario(.tls12))
    func cases(_ fraction: Double, _ seed: UInt64) -> [Int] {
      Plan(trial, of: Sweep([], fraction: fraction, seed: seed)).cases
    }
    let all = cases(1, 1)
    #expect(all == Array(0..<all.count) && cases(0, 1).isEmpty && cases(2, 1) == all)
    let half = cases(0.5, 1)
    #expect(half == cases(0.5, 1) && half != cases(0.5, 2))
    #expect(abs(half.count - all.count / 2) < all.count / 50)
  }

  @Test func `every kind strikes every place of every flight`() throws {
    let trial = try Trial(Self.scenario(.tls13))
    let faults = Faults(trial.reference.log, chunks: [1, 16])
    let all = Set((0..<faults.count).compactMap { faults[$0] })
    #expect(all.count == faults.count && faults[faults.count] == nil)
    for flight in 1...2 {
      let sent = trial.reference.log.flights[2 * (flight - 1)]
      for offset in [0, sent.bytes.count - 1] {
        for bit in 0..<8 {
          #expect(
            all.contains(Fault(.clientToServer, flight: flight, .flip(bit: bit, byte: offset))))
        }
        for part in [Fault.Part.chunk(16, at: offset), .chunk(1, at: offset), .record(1)] {
          #expect(all.contains(Fault(.clientToServer, flight: flight, .swap(part))))
          #expect(all.contains(Fault(.clientToServer, flight: flight, .delay(part, turns: 1))))
        }
        #expect(all.contains(Fault(.clientToServer, flight: flight, .end(after: offset))))
      }
    }
  }

  @Test func `a case has the same bytes again, from its text`() throws {
    let fault = try Fault("server flight 1: flip bit 3 of byte 400")
    let first = try Self.scenario(.tls13).examine(fault)
    let again = try Self.scenario(.tls13).examine(Fault("\(first.fault)"))
    #expect(first.log == again.log && first.outcome == .alert && again.outcome == .alert)
    #expect(first.client?.alert?.alert == .badRecordMAC && first.server == again.server)
    #expect(first.breaches.isEmpty)
  }

  @Test func `a report says how far a sweep came that was stopped`() throws {
    let left = Atomic(10)
    let report = try Sweep([Self.scenario(.tls12)], fraction: 0.01).run(while: {
      left.subtract(1, ordering: .relaxed).newValue >= 0
    })
    #expect(report.cases == 10 && report.planned > 100 && report.possible > report.planned)
    #expect(report.description.contains("10 of \(report.possible) cases: no rule was broken"))
  }

  @Test func `progress is told after each case`() throws {
    let told = Mutex<[Int]>([])
    let report = try Sweep([Self.scenario(.tls12)], fraction: 0.002).run { done, planned in
      told.withLock { $0.append(done) }
      #expect(done <= planned)
    }
    #expect(told.withLock { $0.sorted() } == Array(1...report.cases))
  }

  @Test func `a case that breaks a rule is told with what repeats it`() throws {
    let made = Atomic(0)
    let real = Self.scenario(.tls12)
    var scenario = Sweep.Scenario("broken", seed: 42) {
      let number = made.add(1, ordering: .relaxed).newValue
      guard number == 1 else { throw Sweep.Incomplete(description: "pair \(number)") }
      return try real.makePair()
    }
    scenario.reproduction = { "memtls handshake --fault '\($0)'" }
    let report = try Sweep([scenario], fraction: 0.0005).run()
    #expect(report.cases > 2 && report.violations.count == report.cases)
    let violation = try #require(report.violations.first)
    #expect(violation.seed == 42 && violation.scenario == "broken")
    #expect(violation.reproduction == "memtls handshake --fault '\(violation.fault)'")
    #expect(report.description.contains(violation.reproduction))
    #expect(report.description.contains("\(report.cases) rules were broken"))
    scenario.reproduction = nil
    #expect(scenario.reproduction(of: violation.fault) == "broken, seed 42, \(violation.fault)")
  }

  @Test func `a scenario that fails by itself, or never closes, is refused`() throws {
    var scenario = Self.scenario(.tls12)
    scenario.acts = [.send(.clientToServer, [1])]
    #expect(throws: Sweep.Incomplete.self) { try Sweep([scenario]).run() }
    var stranger = TLSConfiguration()
    stranger.trust = try TestIdentity.authority("Other CA").trust
    var server = TLSConfiguration()
    server.identities = [Self.server]
    let failing = Sweep.Scenario("failing", seed: 0) { [stranger, server] in
      try EnginePair(client: stranger, server: server, seed: 0)
    }
    let error = #expect(throws: Sweep.Incomplete.self) {
      try failing.examine(Fault(.clientToServer, .cut(after: 0)))
    }
    #expect(error?.description.contains("failing does not come to its end by itself") == true)
  }

  @Test func `keys are changed in the middle`() throws {
    var scenario = Self.scenario(.tls13)
    scenario.acts.insert(.updateKeys(.clientToServer), at: 1)
    let trial = try Trial(scenario)
    let messages = trial.reference.log.flights.flatMap(\.messages)
    #expect(messages.filter { $0 == "KeyUpdate" }.count == 2)
    #expect(try Sweep([scenario], fraction: 0.003).run().violations.isEmpty)
  }
}
