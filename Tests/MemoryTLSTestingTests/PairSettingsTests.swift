import MemoryTLS
import MemoryTLSTesting
import Testing

@Suite struct PairSettingsTests {
  @Test func `what is changed is what the pair has`() throws {
    var settings = try PairSettings()
    settings.client.versions = .tls12 ... .tls12
    settings.wire = .bytes(1)
    settings.expected = .unchecked(serverName: "other.test")
    let pair = try settings.pair()
    try pair.expectBoth(\.version, .tls12)
    try pair.expectBoth(\.serverName, "other.test")
  }

  @Test func `clients of the authority are trusted`() throws {
    var settings = try PairSettings()
    settings.server.clientCertificates = .require
    settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    let pair = try settings.pair()
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates.first?.subject == "CN=user")
  }

  @Test(
    arguments: [ProtocolVersion.tls12, .tls13],
    [Tickets.withFirstWrite(1), .afterHandshake(2), .whenIssued, .none])
  func `a second pair resumes where the server gives tickets`(
    version: ProtocolVersion, tickets: Tickets
  ) throws {
    var settings = try PairSettings()
    settings.client.versions = version...version
    settings.server.tickets = tickets
    for wire in [Wire.whole, .bytes(1)] {
      settings.wire = wire
      let pair = try settings.secondPair()
      try pair.expectBoth(\.resumed, tickets != .none)
      if tickets != .none { try pair.expectFlights(2) }
    }
  }

  @Test func `sessions go into the client's own store`() throws {
    var settings = try PairSettings()
    let store = SessionStore()
    settings.client.sessionStore = store
    // In TLS 1.3 the second pair would have taken it out.
    settings.client.versions = .tls12 ... .tls12
    _ = try settings.secondPair()
    #expect(store.count == 1)
  }

  @Test func `a first pair that fails is a failure of the caller's line`() throws {
    var settings = try PairSettings()
    settings.expected = .name("other.test")
    let failure = #expect(throws: PairFailure.self) { try settings.secondPair() }
    #expect(failure?.cause?.code == .verificationFailed)
    #expect(failure?.place.fileID == "MemoryTLSTestingTests/PairSettingsTests.swift")
  }

  @Test func `the same seed and changes send the same bytes`() throws {
    func flights(_ seed: UInt64?) throws -> [[UInt8]] {
      var settings = try PairSettings(seed: seed)
      settings.server.clientCertificates = .require
      settings.client.identities = [try settings.authority.issue(.client, "user").identity]
      let pair = try settings.secondPair()
      try pair.expectClose()
      return pair.log.flights.map(\.bytes)
    }
    let one = try flights(1)
    #expect(try flights(1) == one)
    for other in [try flights(2), try flights(nil)] {
      #expect(zip(one, other).allSatisfy { $0 != $1 })
    }
    #expect(try PairSettings(seed: 1).clock == .seeded && PairSettings().clock == .system)
  }

  @Test(arguments: [ProtocolVersion.tls12, .tls13], [1, nil] as [UInt64?])
  func `a key that both share stands for certificates`(
    version: ProtocolVersion, seed: UInt64?
  ) throws {
    var settings = try PairSettings(seed: seed)
    settings.client.versions = version...version
    settings.shareKey(named: "both")
    let pair = try settings.pair()
    try pair.expectBoth(\.pskIdentity, Array("both".utf8))
    try pair.expectBoth(\.peerCertificates, [])
    let keys = settings.client.preSharedKeys
    settings.shareKey(named: "both")
    #expect((settings.client.preSharedKeys == keys) == (seed != nil))
  }

  @Test func `impossible settings are refused`() throws {
    var settings = try PairSettings()
    settings.client.groups = []
    #expect(throws: TLSError.self) { try settings.pair() }
    #expect(throws: TLSError.self) { try settings.secondPair() }
  }
}
