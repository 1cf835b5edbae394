import MemoryTLS
import MemoryTLSTesting
import Testing

/// Whom a client accepts under which name, and what it sends as SNI.
@Suite(.withAllAndNeededAlgorithms) struct ServerIdentityTests {
  @Test(arguments: Self.matching)
  func `a certificate matches`(name: Certificate.Name, identity: ServerIdentity) throws {
    let pair = try pair(names: [.dns("other.example"), name], identity)
    #expect(throws: Never.self) { try pair.settle() }
  }

  @Test(arguments: Self.differing)
  func `a certificate does not match`(name: Certificate.Name, identity: ServerIdentity) throws {
    let pair = try pair(names: [name], identity)
    let error = try pair.expectRefusal(by: .client, .badCertificate)
    #expect(error.code == .verificationFailed)
    #expect([62, 64].contains(error.verification?.code) && error.verification?.depth == 0)
  }

  // RFC 9525 §2: "the CN-ID ... is no longer considered"
  @Test(arguments: [[], [Certificate.Name.email("a@example.org")]])
  func `the common name is never looked at`(names: [Certificate.Name]) throws {
    let pair = try pair("example.org", names: names, .name("example.org"))
    #expect(try pair.expectRefusal(by: .client).verification?.code == 62)
  }

  @Test func `unchecked needs a trusted chain and no name`() throws {
    let pair = try pair(names: [], .unchecked())
    #expect(throws: Never.self) { try pair.settle() }
    let settings = Settings().changed { $0.client.trust = Settings.stranger.trust }
    let strange = try EnginePair(
      client: settings.client, expecting: .unchecked(), server: settings.server)
    try strange.expectRefusal(by: .client, .unknownCA)
  }

  // RFC 6066 §3: "Literal IPv4 and IPv6 addresses are not permitted in "HostName"."
  @Test(arguments: versions)
  func `SNI is sent for names only, without a trailing dot`(version: ProtocolVersion) throws {
    let cases: [(ServerIdentity, String?)] = [
      (.name("example.org"), "example.org"), (.name("example.org."), "example.org"),
      (.address("192.0.2.1"), nil), (.address("2001:db8::1"), nil), (.unchecked(), nil),
      (.unchecked(serverName: "sni.example."), "sni.example"),
    ]
    for (identity, expected) in cases {
      let names: [Certificate.Name] = [
        .dns("example.org"), .address("192.0.2.1"), .address("2001:db8::1"),
      ]
      try pair(version, names: names, identity).expectBoth(\.serverName, expected)
    }
  }

  @Test(arguments: [
    ("", "empty"), (".", "empty"), ("192.0.2.1", "is an address"), ("::1", "is an address"),
    ("münchen.example", "not ASCII"), ("a b.example", "not ASCII"), ("a\0b.example", "not ASCII"),
    ("a..example", "no DNS name"), (".example", "no DNS name"), ("example..", "no DNS name"),
    (String(repeating: "a", count: 64) + ".example", "no DNS name"),
    (String(repeating: "a.", count: 127) + "b", "no DNS name"),
  ])
  func `names that nothing could match are refused`(name: String, words: String) throws {
    for identity in [ServerIdentity.name(name), .unchecked(serverName: name)] {
      let error = try refusal(of: identity)
      #expect(error?.code == .invalidServerIdentity && error?.fault == .caller)
      #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [
    "", "localhost", "192.0.2", "192.0.2.256", "[::1]", "::1%eth0", "1.2.3.4\0.example", " ::1",
  ])
  func `addresses that are none are refused`(address: String) throws {
    #expect(try refusal(of: .address(address))?.code == .invalidServerIdentity)
  }

  @Test func `a URL's host is an address if it looks like one`() {
    #expect(ServerIdentity.host("example.org") == .name("example.org"))
    #expect(ServerIdentity.host("192.0.2.1") == .address("192.0.2.1"))
    #expect(ServerIdentity.host("2001:db8::1") == .address("2001:db8::1"))
    #expect(ServerIdentity.host("192.0.2.1\0.example") == .name("192.0.2.1\0.example"))
  }

  @Test func `names at the limits are fine`() throws {
    let label = String(repeating: "a", count: 63)
    let long = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(long.utf8.count == 253)
    for name in [long, long + ".", "a", "_srv.example", "xn--mnchen-3ya.example"] {
      let context = try TLSContext(Settings().client)
      #expect(throws: Never.self) { try TLSEngine(context, as: .client(.name(name))) }
    }
  }

  private func refusal(of identity: ServerIdentity) throws -> TLSError? {
    let context = try TLSContext(Settings().client)
    return #expect(throws: TLSError.self) { try TLSEngine(context, as: .client(identity)) }
  }

  private func pair(
    _ version: ProtocolVersion? = nil, _ commonName: String = "test", names: [Certificate.Name],
    _ identity: ServerIdentity
  ) throws -> EnginePair {
    let server = try Settings.authority.issue(.server, commonName, names: names)
    let settings = Settings(version).changed { $0.server.identities = [server.identity] }
    return try EnginePair(client: settings.client, expecting: identity, server: settings.server)
  }

  private func pair(
    _ commonName: String, names: [Certificate.Name], _ identity: ServerIdentity
  ) throws -> EnginePair {
    try pair(nil, commonName, names: names, identity)
  }

  private static let matching: [(Certificate.Name, ServerIdentity)] = [
    (.dns("example.org"), .name("example.org")), (.dns("example.org"), .name("EXAMPLE.org")),
    (.dns("example.org"), .name("example.org.")), (.dns("*.example.org"), .name("a.example.org")),
    (.address("192.0.2.1"), .address("192.0.2.1")), (.address("::1"), .address("0:0:0:0:0:0:0:1")),
    (.address("2001:db8::1"), .address("2001:DB8:0::1")),
  ]

  private static let differing: [(Certificate.Name, ServerIdentity)] = [
    (.dns("example.org"), .name("www.example.org")), (.dns("example.org"), .name("example.com")),
    (.dns("*.example.org"), .name("example.org")),
    (.dns("*.example.org"), .name("a.b.example.org")),
    (.dns("w*.example.org"), .name("www.example.org")),
    (.dns("www.*.org"), .name("www.example.org")),
    (.dns("192.0.2.1"), .address("192.0.2.1")), (.address("192.0.2.1"), .address("192.0.2.2")),
    (.address("192.0.2.1"), .address("::ffff:192.0.2.1")),
    (.email("a@example.org"), .name("example.org")),
    (.uri("https://example.org"), .name("example.org")),
  ]
}
