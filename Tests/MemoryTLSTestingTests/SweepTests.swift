import MemoryTLS
@testable import MemoryTLSTesting
import Synchronization
import Testing

@Suite struct SweepTests {
  /// The same bytes every time.
  static func scenario(
    _ version: ProtocolVersion, wire: Wire = .whole, mutual: Bool = false
  ) throws -> Sweep.Scenario {
    Sweep.Scenario("\(version)", try settings(version, wire: wire, mutual: mutual))
  }

  private static func settings(
    _ version: ProtocolVersion, wire: Wire = .whole, mutual: Bool = false
  ) throws -> PairSettings {
    var settings = try PairSettings(seed: 1)
    settings.wire = wire
    settings.client.versions = version...version
    guard mutual else { return settings }
    settings.server.clientCertificates = .require
    settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    return settings
  }

  @Test(arguments: [.tls12, .tls13] as [ProtocolVersion], [false, true])
  func `contexts that are used again send the bytes of new ones`(
    version: ProtocolVersion, mutual: Bool
  ) throws {
    let scenario = try Self.scenario(version, mutual: mutual)
    let settings = try Self.settings(version, mutual: mutual)
    let new = Sweep.Scenario("new", seed: 1) { try settings.pair() }
    let reference = try Trial(new).reference.log
    for _ in 0..<3 { #expect(try Trial(scenario).reference.log == reference) }
  }

  /// More than 64,000: each bit of each byte, and all else that can happen to each byte and record.
  @Test func `no rule is broken in any case`() throws {
    let sweep = Sweep([try Self.scenario(.tls12), try Self.scenario(.tls13)])
    let report = try sweep.run()
    print(report)
    #expect(report.cases > 60_000 && report.cases == report.possible)
    #expect(report.violations.isEmpty)
    #expect(Set(report.counts.map(\.key.outcome)) == Set(Sweep.Outcome.allCases))
    #expect(Set(report.counts.map(\.key.direction)) == Set(Direction.allCases))
    #expect(Set(report.counts.map(\.key.kind)) == Set(Fault.Kind.names))
  }

  /// The verbs that take records, all of them, and single bytes now and then.
  @Test(
    arguments: [.tls12, .tls13] as [ProtocolVersion], [Wire.bytes(1), .bytes(100), .seeded(3)])
  func `no rule is broken on a wire that cuts`(version: ProtocolVersion, wire: Wire) throws {
    let report = try Sweep([try Self.scenario(version, wire: wire)], fraction: 0.003, seed: 7).run()
    #expect(report.cases > 50 && report.violations.isEmpty)
  }

  @Test func `the same seed chooses the same cases, and another one others`() throws {
    let trial = try Trial(try Self.scenario(.tls12))
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
    let trial = try Trial(try Self.scenario(.tls13))
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
    let report = try Sweep([try Self.scenario(.tls12)], fraction: 0.01).run(while: {
      left.subtract(1, ordering: .relaxed).newValue >= 0
    })
    #expect(report.cases == 10 && report.planned > 100 && report.possible > report.planned)
    #expect(report.description.contains("10 of \(report.possible) cases: no rule was broken"))
  }

  @Test func `progress is told after each case`() throws {
    let told = Mutex<[Int]>([])
    let report = try Sweep([try Self.scenario(.tls12)], fraction: 0.002).run { done, planned in
      told.withLock { $0.append(done) }
      #expect(done <= planned)
    }
    #expect(told.withLock { $0.sorted() } == Array(1...report.cases))
  }

  @Test func `a case that breaks a rule is told with what repeats it`() throws {
    let made = Atomic(0)
    let settings = try Self.settings(.tls12)
    var scenario = Sweep.Scenario("broken", seed: 42) {
      let number = made.add(1, ordering: .relaxed).newValue
      guard number == 1 else { throw Sweep.Incomplete(description: "pair \(number)") }
      return try settings.pair()
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
    var scenario = try Self.scenario(.tls12)
    scenario.acts = [.send(.clientToServer, [1])]
    #expect(throws: Sweep.Incomplete.self) { try Sweep([scenario]).run() }
    var stranger = TLSConfiguration()
    stranger.trust = try TestIdentity.authority("Other CA").trust
    var server = TLSConfiguration()
    server.identities = try Self.settings(.tls13).server.identities
    let failing = Sweep.Scenario("failing", seed: 0) { [stranger, server] in
      try EnginePair(client: stranger, server: server, seed: 0)
    }
    let error = #expect(throws: Sweep.Incomplete.self) {
      try failing.examine(Fault(.clientToServer, .cut(after: 0)))
    }
    #expect(
      error?.description.hasPrefix(
        "without any fault, failing does not come to its end: the client failed: ") == true)
  }

  @Test func `keys are changed in the middle`() throws {
    var scenario = try Self.scenario(.tls13)
    scenario.acts.insert(.updateKeys(.clientToServer), at: 1)
    let trial = try Trial(scenario)
    let messages = trial.reference.log.flights.flatMap(\.messages)
    #expect(messages.filter { $0 == "KeyUpdate" }.count == 2)
    #expect(try Sweep([scenario], fraction: 0.003).run().violations.isEmpty)
  }
}
