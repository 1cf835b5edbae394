import MemoryTLS
@testable import MemoryTLSTesting
import Testing

@Suite struct SweepTests {
  private static let authority = fixture { try TestIdentity.authority() }
  private static let identity = fixture {
    try authority.issue(.server, names: [.dns("localhost")]).identity
  }

  static func scenario(_ version: ProtocolVersion) -> Sweep.Scenario {
    let contexts = fixture {
      var server = TLSConfiguration()
      server.versions = version...version
      server.identities = [identity]
      var client = TLSConfiguration()
      client.versions = version...version
      client.trust = authority.trust
      return (client: try TLSContext(client), server: try TLSContext(server))
    }
    return Sweep.Scenario("\(version)", seed: 1) {
      try EnginePair(client: contexts.client, server: contexts.server)
    }
  }

  @Test func `no rule is broken in twenty thousand cases`() throws {
    let sweep = Sweep([Self.scenario(.tls12), Self.scenario(.tls13)], fraction: 0.05)
    let start = ContinuousClock.now
    let report = try sweep.run()
    print(report, start.duration(to: .now))
    #expect(report.violations.isEmpty)
  }
}
