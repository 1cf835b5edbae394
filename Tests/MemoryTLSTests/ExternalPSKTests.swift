@testable import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// Keys from elsewhere, with and without certificates.
@Suite(.withAllAndNeededAlgorithms) struct ExternalPSKTests {
  @Test(arguments: versions, wires)
  func `a key is enough for both ends`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Self.settings(version).pair(wire)
    try pair.settle()
    for engine in [pair.client.engine, pair.server.engine] {
      let negotiated = try #require(engine.negotiated)
      #expect(negotiated.pskIdentity == Self.key.identity)
      #expect(negotiated.peerCertificates.isEmpty && !negotiated.resumed)
      #expect(negotiated.signatureScheme == nil && negotiated.group == .x25519)
      #expect(throws: TLSError.self) { try engine.channelBinding(.tlsServerEndPoint) }
      #expect(try engine.channelBinding(.tlsExporter).count == 32)
    }
    pair.client.send(text(1000))
    pair.server.send(text(2000))
    try pair.settle()
    #expect(pair.server.received == text(1000) && pair.client.received == text(2000))
    #expect(pair.client.engine.negotiated?.pskIdentity == Self.key.identity)
  }

  @Test(arguments: versions)
  func `a session that a key vouched for serves nobody who wants certificates`(
    version: ProtocolVersion
  ) throws {
    let keys = TicketKeys(try .random())
    let keyed = Self.settings(version, certificates: true).telling.changed {
      $0.server.ticketKeys = keys
      $0.server.clientCertificates = .require
    }
    var reunion = try Reunion(keyed)
    let session = try reunion.session()
    #expect(try reunion.meet(resuming: session).isResumed)
    reunion.server = try TLSContext(keyed.changed { $0.server.preSharedKeys = nil }.server)
    let failure = #expect(throws: PairFailure.self) { try reunion.meet(resuming: session) }
    #expect(failure?.server?.code == .verificationFailed)
    let keyless = try TLSContext(keyed.changed { $0.client.preSharedKeys = nil }.client)
    let pair = EnginePair(
      client: try TLSEngine(keyless, as: .client(.name("localhost")), resuming: session),
      server: try TLSEngine(TLSContext(keyed.server), as: .server))
    try? pair.settle()
    #expect(pair.client.engine.negotiated?.resumed != true)
  }

  @Test(arguments: versions)
  func `beside certificates it goes first`(version: ProtocolVersion) throws {
    let puppets = try Self.settings(version, certificates: true).open()
    #expect(puppets.client.engine.negotiated?.pskIdentity == Self.key.identity)
    #expect(puppets.server.engine.negotiated?.pskIdentity == Self.key.identity)
    #expect(puppets.client.engine.negotiated?.peerCertificates == [])
  }

  @Test(arguments: versions)
  func `a server finds the right one of several, and asks a look-up for others`(
    version: ProtocolVersion
  ) throws {
    let asked = Mutex<[[UInt8]]>([])
    let late = ExternalPSK(identity: "late", key: text(32))
    let lookUp = PSKLookUp { name in
      asked.withLock { $0.append(name) }
      return name == late.identity ? late : nil
    }
    let others = (0..<5).map { ExternalPSK(identity: "other \($0)", key: text(16 + $0)) }
    for key in [Self.key, late] {
      let puppets = try Self.settings(version).changed {
        $0.client.preSharedKeys?.keys = [key]
        $0.server.preSharedKeys = PreSharedKeys(others + [Self.key], lookUp: lookUp)
      }.open()
      #expect(puppets.server.engine.negotiated?.pskIdentity == key.identity)
      #expect(puppets.client.engine.negotiated?.pskIdentity == key.identity)
    }
    #expect(asked.withLock { $0 } == [late.identity])
  }

  @Test(arguments: versions)
  func `an unknown identity falls back on certificates`(version: ProtocolVersion) throws {
    let puppets = try Self.settings(version, certificates: true).changed {
      $0.server.preSharedKeys?.keys = [ExternalPSK(identity: "other", key: text(16))]
      if version == .tls12 { $0.server.cipherSuites = CipherSuite.recommended }
    }.open()
    for engine in [puppets.client.engine, puppets.server.engine] {
      #expect(engine.negotiated?.pskIdentity == nil)
      #expect(engine.negotiated?.signatureScheme == .ecdsaSecp256r1SHA256)
    }
    #expect(
      puppets.client.engine.negotiated?.peerCertificates.map(\.der) == Settings.localhost.chain)
  }

  @Test(arguments: versions)
  func `an unknown identity without certificates is refused`(version: ProtocolVersion) throws {
    let puppets = try Self.settings(version).changed {
      $0.server.preSharedKeys?.keys = [ExternalPSK(identity: "other", key: text(16))]
    }.open()
    #expect(puppets.server.error?.code == .protocolFailure)
    #expect(puppets.server.error?.fault == .peer)
    // RFC 4279 §2; RFC 8446 §4.1.1 for no overlap.
    let alert: Alert = version == .tls12 ? Alert(rawValue: 115) : .handshakeFailure
    #expect(puppets.server.error?.alert?.alert == alert)
    #expect(puppets.client.error?.code == .alertReceived)
    #expect(puppets.client.error?.alert?.alert == alert)
  }

  // OpenSSL gives illegal_parameter. RFC 8446 §4.2.11.2: "if this value … does not validate, the server MUST abort the handshake"
  @Test(arguments: versions, [false, true])
  func `a wrong key is refused`(version: ProtocolVersion, certificates: Bool) throws {
    let puppets = try Self.settings(version, certificates: certificates).changed {
      $0.server.preSharedKeys?.keys[0].key[0] ^= 1
    }.open()
    let alert: Alert = version == .tls12 ? .badRecordMAC : .illegalParameter
    #expect(puppets.server.error?.code == .protocolFailure)
    #expect(puppets.server.error?.alert?.alert == alert)
    #expect(puppets.client.error?.alert?.alert == alert)
  }

  @Test func `a key of SHA-384 needs such a suite first, and works with it`() throws {
    let key = ExternalPSK(identity: "long", key: text(48), hash: .sha384)
    let suites = [CipherSuite(rawValue: 0x1302), CipherSuite(rawValue: 0x1301)]
    var settings = Self.settings(.tls13).changed {
      $0.client.preSharedKeys?.keys = [key]
      $0.server.preSharedKeys?.keys = [key]
    }
    for configuration in [settings.client, settings.server] {
      let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
      #expect(error?.code == .invalidConfiguration)
      #expect(error?.message.contains("does not fit the first cipher suite") == true)
    }
    settings.client.cipherSuites = suites
    settings.server.cipherSuites = suites
    let puppets = try settings.open()
    #expect(puppets.client.engine.negotiated?.pskIdentity == key.identity)
    #expect(puppets.server.engine.negotiated?.cipherSuite == suites[0])
    // OpenSSL would take SHA-256 here.
    settings.server.versions = .tls12 ... .tls13
    settings.server.cipherSuites = suites + CipherSuite.preShared
    let context = try TLSContext(settings.server)
    let error = #expect(throws: TLSError.self) { try TLSEngine(context, as: .server) }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test func `a HelloRetryRequest does not lose the key`() throws {
    let puppets = try Self.settings(.tls13).changed {
      $0.client.groups = [.x25519, .secp384r1]
      $0.server.groups = [.secp384r1]
    }.open()
    #expect(puppets.server.engine.negotiated?.pskIdentity == Self.key.identity)
    #expect(puppets.client.engine.negotiated?.pskIdentity == Self.key.identity)
  }

  @Test(arguments: versions)
  func `the longest identity and key`(version: ProtocolVersion) throws {
    let key = ExternalPSK(identity: text(256).map { $0 | 1 }, key: text(256))
    let puppets = try Self.settings(version).changed {
      $0.client.preSharedKeys?.keys = [key]
      $0.server.preSharedKeys?.keys = [key]
    }.open()
    #expect(puppets.server.engine.negotiated?.pskIdentity == key.identity)
  }

  @Test(arguments: [
    (ExternalPSK(identity: "", key: text(16)), "identity of 0 bytes"),
    (ExternalPSK(identity: text(257).map { $0 | 1 }, key: text(16)), "identity of 257 bytes"),
    (ExternalPSK(identity: "short", key: text(15)), "has 15 bytes"),
    (ExternalPSK(identity: "long", key: text(257)), "has 257 bytes"),
    (ExternalPSK(identity: [1, 0, 2], key: text(16)), "has a 0"),
  ])
  func `out of bounds is refused`(key: ExternalPSK, words: String) throws {
    var configuration = TLSConfiguration.ofTest
    configuration.preSharedKeys = PreSharedKeys([key])
    let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains(words) == true, "\(error as Any)")
    configuration.preSharedKeys = PreSharedKeys([])
    #expect(throws: TLSError.self) { try TLSContext(configuration) }
  }

  @Test func `a key never shows in a description`() {
    let key = ExternalPSK(identity: "name", key: Array("very secret key!".utf8))
    var dumped = ""
    dump(PreSharedKeys([key]), to: &dumped)
    for text in ["\(key)", dumped, String(reflecting: PreSharedKeys([key]))] {
      #expect(!text.contains("118") && !text.contains("secret"))
    }
    #expect("\(key)" == "\"name\" (sha256)")
  }

  @Test func `a look-up may not call its engine`() throws {
    let engine = Mutex<UncheckedEngine?>(nil)
    let lookUp = PSKLookUp { _ in
      let server = engine.withLock { $0?.engine }
      #expect(throws: TLSError.misuse(.reentered, .handshake)) { try server?.step() }
      return Self.key
    }
    let puppets = try Puppets(
      Self.settings(.tls13).changed { $0.server.preSharedKeys = PreSharedKeys([], lookUp: lookUp) })
    engine.withLock { $0 = UncheckedEngine(engine: puppets.server.engine) }
    defer { engine.withLock { $0 = nil } }
    puppets.exchange()
    #expect(puppets.server.engine.negotiated?.pskIdentity == Self.key.identity)
  }

  private struct UncheckedEngine: @unchecked Sendable { let engine: TLSEngine }

  private static let key = ExternalPSK(identity: "client 1", key: text(32))

  private static func settings(
    _ version: ProtocolVersion, certificates: Bool = false
  ) -> Settings {
    Settings(version).changed {
      $0.client.preSharedKeys = PreSharedKeys([key])
      $0.server.preSharedKeys = PreSharedKeys([key])
      if !certificates { $0.server.identities = [] }
      guard version == .tls12 else { return }
      $0.client.cipherSuites = CipherSuite.preShared + CipherSuite.recommended
      $0.server.cipherSuites = $0.client.cipherSuites
    }
  }
}
