import MemoryTLS
import MemoryTLSTesting
import Testing

/// ALPN (RFC 7301).
@Suite(.withAllAndNeededAlgorithms) struct ApplicationProtocolTests {
  // RFC 7301 §3.2: "the server MAY ... select the most highly preferred protocol that it supports
  // and that is also advertised by the client"
  @Test(arguments: versions, wires)
  func `the server's order decides`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try pair(
      version, client: ["h2", "http/1.1"], server: ["x", "http/1.1", "h2"], wire)
    try pair.expectBoth(\.applicationProtocol, "http/1.1")
  }

  // RFC 7301 §3.2: "the server SHALL respond with a fatal "no_application_protocol" alert."
  @Test(arguments: versions)
  func `no overlap is refused by the server`(version: ProtocolVersion) throws {
    let pair = try pair(version, client: ["h2"], server: ["http/1.1"])
    try pair.expectRefusal(by: .server, .noApplicationProtocol)
    #expect(pair.client.error?.code == .alertReceived)
  }

  @Test(arguments: versions)
  func `a server without any ignores the client's`(version: ProtocolVersion) throws {
    try pair(version, client: ["h2"], server: []).expectBoth(\.applicationProtocol, nil)
  }

  @Test(arguments: versions)
  func `a client without any gets none`(version: ProtocolVersion) throws {
    try pair(version, client: [], server: ["h2"]).expectBoth(\.applicationProtocol, nil)
  }

  @Test func `names of 1 and 255 bytes and beyond ASCII are told apart`() throws {
    let long = String(repeating: "a", count: 255)
    for name in ["a", long, "grüße"] {
      try pair(.tls13, client: ["b", name], server: [name])
        .expectBoth(\.applicationProtocol, name)
    }
  }

  @Test func `names of 0 and 256 bytes are refused`() {
    for name in ["", String(repeating: "a", count: 256), String(repeating: "ü", count: 128)] {
      let error = #expect(throws: TLSError.self) {
        try pair(.tls13, client: ["h2", name], server: [])
      }
      #expect(error?.code == .invalidConfiguration)
      #expect(error?.message.contains("\(name.utf8.count) bytes") == true)
    }
  }

  @Test func `lists longer than the extension are refused`() {
    let names = Array(repeating: String(repeating: "a", count: 255), count: 256)
    let error = #expect(throws: TLSError.self) { try pair(.tls13, client: names, server: []) }
    #expect(error?.message == "application protocols of 65536 bytes exceed 65533")
  }

  private func pair(
    _ version: ProtocolVersion, client: [String], server: [String], _ wire: Wire = .whole
  ) throws -> EnginePair {
    try Settings(version).changed {
      $0.client.applicationProtocols = client
      $0.server.applicationProtocols = server
    }.pair(wire)
  }
}
