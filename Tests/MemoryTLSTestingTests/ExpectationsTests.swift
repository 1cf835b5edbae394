import MemoryTLS
import MemoryTLSTesting
import Testing

/// What is met passes silently; what is not tells the whole story. How tests use it is in GuideTests.
@Suite struct ExpectationsTests {
  private let settings: PairSettings

  init() throws { settings = try PairSettings() }

  @Test func `an end that has something else is named, with what it has`() throws {
    let pair = try settings.pair()
    let line = #line + 1
    let story = try story { try pair.expectBoth(\.applicationProtocol, "h2") }
    #expect(
      story.hasPrefix(
        "MemoryTLSTestingTests/ExpectationsTests.swift:\(line): \\Negotiated.applicationProtocol "
          + "should be h2; the client has nil\nclient: open ("))
    #expect(story.contains("\n  TLSv1.3, TLS_AES_128_GCM_SHA256, x25519, "))
    #expect(story.contains("\nserver: open ("))
    #expect(story.contains("│── 64 bytes in 2 records ──"))
    let version = try self.story { try pair.expectBoth(\.version, .tls12) }
    #expect(version.contains("\\Negotiated.version should be TLSv1.2; the client has TLSv1.3\n"))
    let names = try self.story { try pair.expectBoth(\.applicationProtocol, "") }
    #expect(names.contains(" should be ; the client has nil\n"))
    try pair.expectBoth(\.applicationProtocol, nil)
    try pair.expectBoth(\.serverName, "localhost")
  }

  @Test func `ends that disagree are told apart, and long values cut short`() throws {
    let pair = try settings.pair()
    let server = try #require(try settled(pair).server.engine.negotiated)
    let story = try story { try pair.expectBoth(\.peerCertificates, server.peerCertificates) }
    #expect(story.contains("\\Negotiated.peerCertificates should be []; the client has [Mem"))
    #expect(try #require(story.firstIndex(of: "\n")).utf16Offset(in: story) < 250)
  }

  @Test func `a refusal that is none is a failure`() throws {
    let both = try story { try settings.pair().expectRefusal(by: .client) }
    #expect(both.contains(": the client should refuse the server\n"))
    var strict = settings
    strict.server.clientCertificates = .require
    let wrong = try story { try strict.pair().expectRefusal(by: .client, .unknownCA) }
    #expect(wrong.contains(": the client should refuse the server with unknown_ca\n"))
    let other = try story { try strict.pair().expectRefusal(by: .server, .unknownCA) }
    #expect(
      other.contains(": the server should refuse with unknown_ca, not certificate_required\n"))
    #expect(other.contains("alert certificate_required"))
    let error = try strict.pair().expectRefusal(by: .server)
    #expect(error.code == .verificationFailed)
  }

  @Test func `a refusal that nobody hears is a failure`() throws {
    let pair = try settings.pair()
    _ = try pair.client.engine.step()
    _ = pair.client.engine.pull()
    #expect(try pair.client.engine.push([23, 3, 3, 0, 1, 0]) == 6)
    #expect(throws: TLSError.self) { try pair.client.engine.step() }
    _ = pair.client.engine.pull()
    let story = try story { try pair.expectRefusal(by: .client) }
    #expect(story.contains(": the server should be told unexpected_message\n"), "\(story)")
  }

  @Test func `a stall is no refusal`() throws {
    let pair = try settings.pair()
    _ = try pair.client.engine.step()
    _ = pair.client.engine.pull()
    let story = try story { try pair.expectRefusal(by: .server) }
    #expect(story.contains(": both engines wait and nothing is pending\n"))
    #expect(story.hasSuffix("\nnothing was sent"))
  }

  @Test(arguments: [(ProtocolVersion.tls12, 4, 3), (.tls13, 2, 3)])
  func `flights are counted until an end is done`(
    version: ProtocolVersion, client: Int, server: Int
  ) throws {
    var settings = settings
    settings.client.versions = version...version
    for wire in [Wire.whole, .bytes(1), .seeded(3)] {
      settings.wire = wire
      let pair = try settings.pair()
      #expect(pair.client.flightsUntilDone == nil)
      try pair.expectFlights(client)
      try pair.expectFlights(server, until: .server)
      pair.client.send([1])
      try pair.expectFlights(client)
      let story = try story { try pair.expectFlights(7) }
      #expect(story.contains(": the client should be done after 7 flights, not \(client)\n"))
    }
  }

  @Test func `data that differ are told by length and place`() throws {
    let pair = try settings.pair()
    pair.client.send([1, 2, 3])
    try pair.expectReceived([1, 2, 3], by: .server)
    try pair.expectReceived([], by: .client)
    let story = try story { try pair.expectReceived([1, 2, 4, 5], by: .server) }
    #expect(
      story.contains("should have read 4 bytes; it has 3, of which the first 2 are right\n"))
    #expect(story.contains(", 3 bytes read"))
  }

  @Test func `a close is seen by both`() throws {
    let pair = try settings.pair()
    pair.server.send([7])
    try pair.expectClose()
    try pair.expectClose()
    try pair.expectReceived([7], by: .client)
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test func `anything else is judged when the pair has settled`() throws {
    let pair = try settings.pair()
    try pair.expect("a few steps", pair.server.steps > 0)
    let story = try story { try pair.expect("more steps", pair.server.steps > 100) }
    #expect(story.contains(": expected more steps\n"))
  }

  @Test func `what waits for a decision says so`() throws {
    var settings = settings
    settings.server.decisions = [.clientHello]
    let story = try story { try settings.pair().settle() }
    #expect(story.contains("\n  undecided: clientHello, 1 step, 0 bytes read\n"))
  }

  private func settled(_ pair: EnginePair) throws -> EnginePair {
    try pair.settle()
    return pair
  }

  /// What a failure says.
  private func story(_ body: () throws -> Void) throws -> String {
    "\(try #require(#expect(throws: PairFailure.self, performing: body)))"
  }
}
