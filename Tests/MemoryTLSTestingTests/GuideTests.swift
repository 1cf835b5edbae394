import Foundation
import MemoryTLS
import MemoryTLSTesting
import Testing

/// What the guide shows is what compiles here, and what failures say.
@Suite struct GuideTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let guide = fixture {
    let path = "Sources/MemoryTLSTesting/MemoryTLSTesting.docc/TestingInMemory.md"
    return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test func `every example of the guide is code of these tests`() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let sources = try ["GuideTests", "GuideXCTests"].map { name in
      let file = folder.appendingPathComponent("\(name).swift")
      return try String(contentsOf: file, encoding: .utf8).withoutIndentation
    }
    let examples = Self.guide.blocks(of: "swift")
    #expect(examples.count >= 11)
    for example in examples {
      #expect(sources.contains { $0.contains(example.withoutIndentation) }, "\(example)")
      #expect(example.split(separator: "\n").count <= 12)
    }
  }

  @Test func `the failure in the guide is what one says`() throws {
    let shown = try #require(Self.guide.blocks(of: "").first)
    var settings = try PairSettings()
    settings.client.applicationProtocols = ["http/1.1"]
    settings.server.applicationProtocols = ["h2", "http/1.1"]
    let failure = #expect(throws: PairFailure.self) {
      try settings.pair().expectBoth(
        \.applicationProtocol, "h2", fileID: "AppTests/ClientTests.swift")
    }
    let story = "\(try #require(failure))"
    #expect(story.shape == shown.shape, "\(story)")
    #expect(shown.split(separator: "\n").count <= 24)
  }

  @Test func `my client accepts this server`() throws {
    var settings = try PairSettings()
    settings.client = MyClient.configuration(trust: settings.authority.trust)
    try settings.pair().settle()
  }

  @Test func `my client accepts no other name`() throws {
    var settings = try PairSettings()
    settings.client = MyClient.configuration(trust: settings.authority.trust)
    settings.expected = .name("other.test")
    let error = try settings.pair().expectRefusal(by: .client, .badCertificate)
    #expect(error.verification?.reason == "hostname mismatch")
  }

  @Test func `both sides agree on h2`() throws {
    var settings = try PairSettings()
    settings.client.applicationProtocols = ["http/1.1", "h2"]
    settings.server.applicationProtocols = ["h2", "http/1.1"]
    try settings.pair().expectBoth(\.applicationProtocol, "h2")
  }

  @Test func `the handshake takes two flights`() throws {
    let pair = try PairSettings().pair()
    try pair.expectFlights(2)  // then the client may write: one round trip
    try pair.expectFlights(3, until: .server)
  }

  @Test func `a tampered certificate is refused`() throws {
    var settings = try PairSettings()
    let server = try settings.authority.issue(.server, names: [.dns("localhost")])
    settings.server.identities = [server.tampered.identity]
    try settings.pair().expectRefusal(by: .client, .decryptError)
  }

  @Test func `an expired certificate is refused`() throws {
    var settings = try PairSettings()
    settings.clock = .fixed(TestIdentity.validity.upperBound)
    try settings.pair().expectRefusal(by: .client, .certificateExpired)
  }

  @Test func `a client without a certificate is refused`() throws {
    var settings = try PairSettings()
    settings.server.clientCertificates = .require
    try settings.pair().expectRefusal(by: .server, .certificateRequired)
    settings.client.identities = [try settings.authority.issue(.client, "user").identity]
    try settings.pair().settle()
  }

  @Test func `resumption works`() throws {
    let pair = try PairSettings().secondPair()
    try pair.expectBoth(\.resumed, true)
    try pair.expectBoth(\.version, .tls13)
  }

  @Test func `the server speaks only TLS 1.3`() throws {
    var settings = try PairSettings()
    settings.server.versions = .tls13 ... .tls13
    try settings.pair().expectBoth(\.version, .tls13)
    settings.client.versions = .tls12 ... .tls12
    try settings.pair().expectRefusal(by: .server, .protocolVersion)
  }

  @Test(arguments: [Wire.whole, .bytes(1), .seeded(7)])
  func `a request arrives however it is cut`(wire: Wire) throws {
    var settings = try PairSettings()
    settings.wire = wire
    let pair = try settings.pair()
    pair.client.send(Array("ping".utf8))
    try pair.expectReceived(Array("ping".utf8), by: .server)
    try pair.expectClose()
  }

  @Test func `a seed gives the same bytes every time`() throws {
    func digests() throws -> [[UInt8]] {
      let pair = try PairSettings(seed: 1).pair()
      try pair.settle()
      return pair.log.flights.map(\.sha256)
    }
    let one = try digests()
    #expect(try digests() == one)
  }

  @Test func `logging in says what it has always said`() throws {
    let pair = try PairSettings(seed: 1).pair()
    pair.client.send(Array("login".utf8))
    try pair.expectGolden("../../Fixtures/golden/login.flights")
  }

  @Test func `the divergence in the guide is what one says`() throws {
    let shown = try #require(Self.guide.blocks(of: "text").first)
    var settings = try PairSettings(seed: 1)
    settings.client.applicationProtocols = ["h2"]
    let pair = try settings.pair()
    let failure = #expect(throws: GoldenFailure.self) {
      try pair.expectGolden(
        "../../Fixtures/golden/login.flights", fileID: "AppTests/ClientTests.swift", line: 12)
    }
    let story = "\(try #require(failure))".split(separator: "\n")
    let lines = shown.split(separator: "\n")
    #expect(story.prefix(lines.count).dropFirst() == lines.dropFirst(), "\(story)")
  }

  @Test func `a flipped bit is noticed`() throws {
    let pair = try PairSettings(seed: 1).pair()
    pair.inject(try Fault("server flight 1: flip bit 3 of byte 300"))
    try pair.expectRefusal(by: .client, .badRecordMAC)
  }

  @Test func `no fault breaks a rule`() throws {
    let scenario = Sweep.Scenario("mine", try PairSettings(seed: 1))
    let report = try Sweep([scenario], fraction: 0.01).run()
    #expect(report.violations.isEmpty, "\(report)")
  }
}

/// What stands for the application of whoever reads the guide.
private enum MyClient {
  static func configuration(trust: Trust) -> TLSConfiguration {
    var configuration = TLSConfiguration()
    configuration.trust = trust
    return configuration
  }
}

extension String {
  /// The contents of the fenced blocks of a language.
  fileprivate func blocks(of language: String) -> [String] {
    // Outside and inside of fences by turns.
    let parts = ("\n" + self).components(separatedBy: "\n```")
    return parts.enumerated().compactMap { index, part in
      let start = language + "\n"
      return index % 2 == 1 && part.hasPrefix(start) ? String(part.dropFirst(start.count)) : nil
    }
  }

  fileprivate var withoutIndentation: String {
    split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) + "\n" }.joined()
  }

  /// The text with every number, and every run of spaces or of line, as one character: sizes of
  /// signatures vary from run to run.
  fileprivate var shape: [String] {
    trimmingCharacters(in: .newlines).split(separator: "\n").map { line in
      var shape = ""
      for character in line {
        let mark: Character = character.isNumber ? "#" : character
        if "# ─".contains(mark), shape.last == mark { continue }
        shape.append(mark)
      }
      return shape
    }
  }
}
