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

  @Test func `impossible settings are refused`() throws {
    var settings = try PairSettings()
    settings.client.groups = []
    #expect(throws: TLSError.self) { try settings.pair() }
    #expect(throws: TLSError.self) { try settings.secondPair() }
  }
}
