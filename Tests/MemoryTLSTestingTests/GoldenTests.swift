import Foundation
import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct GoldenTests {
  @Test(arguments: [ProtocolVersion.tls12, .tls13])
  func `a conversation is as it was recorded`(version: ProtocolVersion) throws {
    let pair = try Self.conversation(version)
    try pair.expectGolden("../../Fixtures/golden/\(version).flights")
  }

  @Test func `a refusal is as it was recorded`() throws {
    var settings = try PairSettings(seed: 1)
    settings.expected = .name("other.test")
    try settings.pair().expectGolden("../../Fixtures/golden/refusal.flights")
  }

  @Test func `another setting is told in words, with the bytes and the ladder`() throws {
    let pair = try Self.conversation(.tls13) { $0.client.groups = [.x25519, .secp256r1] }
    let failure = #expect(throws: GoldenFailure.self) {
      try pair.expectGolden(
        "../../Fixtures/golden/TLSv1.3.flights", fileID: "AppTests/ClientTests.swift", line: 12)
    }
    let lines = "\(try #require(failure))".split(separator: "\n").map(String.init)
    let file = "../../Fixtures/golden/TLSv1.3.flights"
    #expect(
      lines[0] == "AppTests/ClientTests.swift:12: the flights are not those of \(file), "
        + "compared \(Self.comparison)")
    #expect(
      lines[1] == "flight 1, ClientHello, extension supported_groups: "
        + "recorded x25519, secp256r1, x448, secp521r1, secp384r1, ffdhe2048, ffdhe3072, "
        + "ffdhe4096, ffdhe6144, ffdhe8192; now x25519, secp256r1")
    #expect(lines[2].hasPrefix("  recorded  0000"))
    #expect(lines.contains { $0.contains("REGENERATE_FLIGHTS=1") })
    #expect(lines.contains { $0.contains("│  ClientHello ") })
  }

  @Test func `without the seed the structure is compared, and the failure says so`() throws {
    let path = "../../Fixtures/golden/TLSv1.3.flights"
    try Self.conversation(.tls13, seed: nil).expectGolden(path)
    try Self.conversation(.tls13, seed: 2).expectGolden(path)
    let pair = try Self.conversation(.tls13, seed: nil) { $0.client.applicationProtocols = ["h2"] }
    let failure = #expect(throws: GoldenFailure.self) { try pair.expectGolden(path) }
    let reason = "compared by structure, because the pair has no seed"
    #expect(failure?.summary.hasSuffix(reason) == true)
    guard case .diverged(let divergences, _) = failure?.reason else { return }
    #expect(
      divergences.map(\.sentence) == [
        "flight 1, ClientHello: extension application_layer_protocol_negotiation is new: h2"
      ])
  }

  @Test func `a missing file says how to make it`() throws {
    let failure = #expect(throws: GoldenFailure.self) {
      try PairSettings(seed: 1).pair().expectGolden("none.flights", fileID: "A.swift", line: 1)
    }
    #expect(
      failure.map { "\($0)" } == "A.swift:1: none.flights cannot be read; to make it, "
        + "run the test once with REGENERATE_FLIGHTS=1 in the environment")
  }

  @Test func `a file that is no log says where`() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).flights")
    try Data("# format: nonsense\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let failure = #expect(throws: GoldenFailure.self) {
      try PairSettings(seed: 1).pair().expectGolden(file.path)
    }
    #expect(failure?.summary.contains("cannot be read: ") == true)
  }

  @Test func `a pair that stalls is a failure of its own`() throws {
    let pair = try Self.unsettled(.tls13, seed: 1)
    pair.inject(try Fault("client flight 1: cut after 10 bytes"))
    #expect(throws: PairFailure.self) {
      try pair.expectGolden("../../Fixtures/golden/TLSv1.3.flights")
    }
  }

  @Test func `the environment has files made, with their directory, and then they fit`() async {
    await #expect(processExitsWith: .success) {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())")
      defer { try? FileManager.default.removeItem(at: folder) }
      let file = folder.appendingPathComponent("a/b.flights").path
      setenv("REGENERATE_FLIGHTS", "1", 1)
      try PairSettings(seed: 1).pair().expectGolden(file)
      setenv("REGENERATE_FLIGHTS", "0", 1)
      try PairSettings(seed: 1).pair().expectGolden(file)
    }
  }

  private static func conversation(
    _ version: ProtocolVersion, seed: UInt64? = 1, _ change: (inout PairSettings) -> Void = { _ in }
  ) throws -> EnginePair {
    let pair = try unsettled(version, seed: seed, change)
    pair.client.send(Array("ping".utf8))
    try pair.settle()
    pair.server.send(Array("pong".utf8))
    try pair.expectClose()
    return pair
  }

  private static func unsettled(
    _ version: ProtocolVersion, seed: UInt64?, _ change: (inout PairSettings) -> Void = { _ in }
  ) throws -> EnginePair {
    var settings = try PairSettings(seed: seed)
    settings.client.versions = version...version
    change(&settings)
    return try settings.pair()
  }

  /// The fixtures are of OpenSSL 3.0.
  private static let comparison = fixture {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Fixtures/golden/TLSv1.3.flights")
    return try FlightLog(text: String(contentsOf: file, encoding: .utf8)).comparison(of: .both)
  }
}
