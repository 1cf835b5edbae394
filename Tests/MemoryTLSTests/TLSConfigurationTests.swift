import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// The settings that are numbers and lists.
@Suite struct TLSConfigurationTests {
  @Test(arguments: versions)
  func `AES-128-GCM is preferred by default`(version: ProtocolVersion) throws {
    let pair = try Settings(version).pair()
    try pair.settle()
    let expected = CipherSuite(rawValue: version == .tls13 ? 0x1301 : 0xC02B)
    #expect(pair.client.engine.negotiated?.cipherSuite == expected)
    #expect(pair.server.engine.negotiated?.cipherSuite == expected)
  }

  @Test func `the newest common version is negotiated`() throws {
    let cases: [(ClosedRange<ProtocolVersion>, ClosedRange<ProtocolVersion>, ProtocolVersion)] = [
      (.tls12 ... .tls13, .tls12 ... .tls13, .tls13),
      (.tls12 ... .tls12, .tls12 ... .tls13, .tls12),
      (.tls12 ... .tls13, .tls12 ... .tls12, .tls12),
      (.tls13 ... .tls13, .tls12 ... .tls13, .tls13),
    ]
    for (client, server, expected) in cases {
      let pair = try Settings().changed {
        $0.client.versions = client
        $0.server.versions = server
      }.pair()
      try pair.settle()
      #expect(pair.client.engine.negotiated?.version == expected)
      #expect(pair.server.engine.negotiated?.version == expected)
    }
  }

  @Test(arguments: [0x0301, 0x0302, 0x0305, 0xFEFD] as [UInt16])
  func `other versions are refused`(number: UInt16) throws {
    let version = ProtocolVersion(rawValue: number)
    let (low, high) = (min(version, .tls13), max(version, .tls13))
    expectInvalid("versions") { $0.versions = low...high }
  }

  @Test(arguments: CipherSuite.recommended)
  func `every recommended cipher suite can be negotiated`(suite: CipherSuite) throws {
    let version: ProtocolVersion = suite.isTLS13 ? .tls13 : .tls12
    let pair = try Settings(version).changed {
      $0.server.identities.append(Self.rsa.identity)
      $0.client.cipherSuites = [suite]
    }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.cipherSuite == suite)
    #expect(pair.server.engine.negotiated?.cipherSuite == suite)
  }

  @Test(arguments: [0xC009, 0xC023, 0xC0AC] as [UInt16], [512, 17_408])
  func `suites with CBC and CCM work, also in small rings`(number: UInt16, capacity: Int) throws {
    let pair = try Settings(.tls12).capacity(capacity).changed {
      $0.client.cipherSuites = [CipherSuite(rawValue: number)]
      $0.server.cipherSuites = [CipherSuite(rawValue: number)]
    }.pair()
    pair.client.send(text(40_000))
    pair.server.send(text(30_000))
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(pair.server.received == text(40_000) && pair.client.received == text(30_000))
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test(arguments: versions)
  func `the server's order of cipher suites decides`(version: ProtocolVersion) throws {
    let (one, two) = version == .tls13 ? (0x1301, 0x1302) : (0xC02B, 0xC02C)
    let suites = [one, two].map { CipherSuite(rawValue: UInt16($0)) }
    let pair = try Settings(version).changed {
      $0.client.cipherSuites = suites
      $0.server.cipherSuites = suites.reversed()
    }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.cipherSuite == suites[1])
  }

  @Test func `a client that puts ChaCha20 first gets it`() throws {
    let pair = try Settings(.tls13).changed {
      $0.client.cipherSuites = [0x1303, 0x1301].map(CipherSuite.init(rawValue:))
    }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.cipherSuite == CipherSuite(rawValue: 0x1303))
  }

  @Test func `unknown cipher suites and versions without any are refused`() throws {
    let tls13 = CipherSuite(rawValue: 0x1301)
    let tls12 = CipherSuite(rawValue: 0xC02B)
    expectInvalid("0x1399") { $0.cipherSuites.append(CipherSuite(rawValue: 0x1399)) }
    expectInvalid("no cipher suite for TLSv1.2") { $0.cipherSuites = [] }
    expectInvalid("no cipher suite for TLSv1.2") { $0.cipherSuites = [tls13] }
    expectInvalid("no cipher suite for TLSv1.3") { $0.cipherSuites = [tls12] }
    var settings = Settings(.tls13).client
    settings.cipherSuites = [tls13]
    #expect(throws: Never.self) { try TLSContext(settings) }
    settings.versions = .tls12 ... .tls12
    settings.cipherSuites = [tls12]
    #expect(throws: Never.self) { try TLSContext(settings) }
  }

  @Test(arguments: [NamedGroup.x25519, .secp256r1, .secp384r1, .secp521r1, .x448], versions)
  func `a group is negotiated`(group: NamedGroup, version: ProtocolVersion) throws {
    let pair = try Settings(version).changed { $0.server.groups = [group] }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.group == group)
    #expect(pair.server.engine.negotiated?.group == group)
  }

  @Test func `a group that the client sent no share for takes a HelloRetryRequest`() throws {
    let pair = try Settings(.tls13).changed {
      $0.client.groups = [.x25519, .secp384r1]
      $0.server.groups = [.secp384r1]
    }.pair(.bytes(1))
    try pair.settle()
    #expect(pair.log.flights.flatMap(\.messages).contains("HelloRetryRequest"))
    #expect(pair.client.engine.negotiated?.group == .secp384r1)
  }

  @Test func `no groups, unknown groups and groups said twice are refused`() throws {
    expectInvalid("empty list of groups") { $0.groups = [] }
    expectInvalid("0xffff") { $0.groups = [.x25519, NamedGroup(rawValue: 0xFFFF)] }
    expectInvalid("x25519") { $0.groups = [.x25519, .x25519] }
  }

  @Test func `no signature schemes and unknown ones are refused`() throws {
    expectInvalid("empty list of signature schemes") { $0.signatureSchemes = [] }
    expectInvalid("0xffff") { $0.signatureSchemes = [SignatureScheme(rawValue: 0xFFFF)] }
  }

  @Test(arguments: [512, 513, 1000, 16_384], versions)
  func `no record carries more than asked`(largest: Int, version: ProtocolVersion) throws {
    let pair = try Settings(version).changed {
      $0.server.largestRecord = largest
      $0.server.tickets = .none
    }.pair()
    try pair.settle()
    pair.server.send(text(40_000))
    try pair.settle()
    #expect(pair.client.received == text(40_000))
    let records = try #require(pair.log.flights.last).records.filter {
      $0.contentType == .applicationData
    }
    #expect(records.allSatisfy { $0.byteCount <= largest + 29 })
    #expect(records.count >= 40_000 / largest)
    let handshake = pair.log.flights.filter { $0.direction == .serverToClient }.flatMap(\.records)
    #expect(handshake.allSatisfy { $0.byteCount <= largest + 29 })
  }

  @Test(arguments: [-1, 0, 511, 16_385, Int.max])
  func `other record sizes are refused`(bytes: Int) {
    expectInvalid("largest record of \(bytes)") { $0.largestRecord = bytes }
  }

  @Test(arguments: [Int.min, -1, 0, 511, 16 << 20 + 1, Int.max])
  func `ring capacities out of bounds are refused`(bytes: Int) {
    expectInvalid("ring capacity of \(bytes)") { $0.ringCapacity.incoming = bytes }
    expectInvalid("ring capacity of \(bytes)") { $0.ringCapacity.outgoing = bytes }
  }

  @Test(arguments: [512, 16 << 20])
  func `ring capacities at their bounds work`(bytes: Int) throws {
    let pair = try Settings().capacity(bytes).pair()
    #expect(pair.client.engine.ciphertextCapacity == bytes)
    try pair.settle()
  }

  private func expectInvalid(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation,
    _ change: (inout TLSConfiguration) -> Void
  ) {
    var settings = Settings().server
    change(&settings)
    let error = #expect(throws: TLSError.self, sourceLocation: sourceLocation) {
      try TLSContext(settings)
    }
    #expect(error?.code == .invalidConfiguration, sourceLocation: sourceLocation)
    #expect(error?.fault == .caller && error?.phase == nil, sourceLocation: sourceLocation)
    #expect(error?.message.contains(words) == true, sourceLocation: sourceLocation)
  }

  private static let rsa = fixture {
    try Settings.authority.issue(.server, names: [.dns("localhost")], key: .rsa2048)
  }
}
