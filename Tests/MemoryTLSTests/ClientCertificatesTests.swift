import MemoryTLS
import MemoryTLSTesting
import Synchronization
import Testing

/// Whether and how a server asks its clients for certificates.
@Suite(.withAllAndNeededAlgorithms) struct ClientCertificatesTests {
  @Test(arguments: versions, wires)
  func `a client that was not asked sends none`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try pair(version, .none, wire)
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates == [])
    #expect(!pair.log.flights.flatMap(\.messages).contains("CertificateRequest"))
  }

  @Test(arguments: versions, wires)
  func `a client that was asked sends its chain`(version: ProtocolVersion, wire: Wire) throws {
    for asking in [ClientCertificates.request, .require] {
      let pair = try pair(version, asking, wire)
      try pair.settle()
      let seen = pair.server.engine.negotiated?.peerCertificates
      #expect(seen?.map(\.der) == Self.user.chain)
      #expect(seen?.map(\.subject) == ["CN=user", "CN=Users"])
    }
  }

  @Test(arguments: versions)
  func `a client that was only asked may go without`(version: ProtocolVersion) throws {
    let pair = try pair(version, .request) { $0.client.identities = [] }
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates == [])
  }

  @Test(arguments: versions)
  func `one that comes must be trusted even if none has to come`(version: ProtocolVersion) throws {
    let pair = try pair(version, .request) {
      $0.client.identities = [Settings.strangeUser.identity]
    }
    let error = try pair.expectRefusal(by: .server, .unknownCA)
    #expect(error.code == .verificationFailed)
  }

  @Test(arguments: versions)
  func `a server's certificate is none for a client`(version: ProtocolVersion) throws {
    let pair = try pair(version, .require) { $0.client.identities = [Settings.localhost.identity] }
    #expect(try pair.expectRefusal(by: .server).verification?.code == 26)
  }

  // RFC 5246 §7.4.4: "A list of the distinguished names of acceptable certificate_authorities,
  // represented in DER-encoded format."; RFC 8446 §4.2.4 says the same of its extension.
  @Test(arguments: versions)
  func `the authorities' names are sent`(version: ProtocolVersion) throws {
    let request = try certificateRequest(
      version,
      .authorities(
        .bytes(
          Settings.authority.certificate + Settings.stranger.certificate)))
    #expect(contains(request, derName("Test CA")))
    #expect(contains(request, derName("Stranger CA")))
  }

  @Test(arguments: versions)
  func `trust without authorities sends no names`(version: ProtocolVersion) throws {
    let request = try certificateRequest(version, .acceptAnyoneInsecurely)
    #expect(!request.isEmpty)
    #expect(!contains(request, derName("Test CA")))
  }

  private static let user = fixture {
    try Settings.authority.issue(.authority, "Users").issue(.client, "user")
  }

  private func pair(
    _ version: ProtocolVersion, _ asking: ClientCertificates, _ wire: Wire = .whole,
    _ change: (inout Settings) -> Void = { _ in }
  ) throws -> EnginePair {
    try Settings(version).changed {
      $0.server.clientCertificates = asking
      $0.client.identities = [Self.user.identity]
      change(&$0)
    }.pair(wire)
  }

  /// The CertificateRequest as a client sees it.
  private func certificateRequest(_ version: ProtocolVersion, _ trust: Trust) throws -> [UInt8] {
    let settings = Settings(version).mutual.changed { $0.server.trust = trust }
    let seen = Mutex<[UInt8]>([])
    let client = Puppet(
      try TLSEngine(TLSContext(settings.client), as: .client(.name("localhost"))) { message in
        guard message.name == "CertificateRequest" else { return }
        seen.withLock { $0 = message.bytes }
      })
    let server = Puppet(try TLSEngine(TLSContext(settings.server), as: .server))
    Puppets(client: client, server: server).exchange()
    #expect(client.engine.phase == .open)
    return seen.withLock { $0 }
  }

  /// A name that is a common name alone, in DER (X.501).
  private func derName(_ commonName: String) -> [UInt8] {
    let value = [0x0C, UInt8(commonName.utf8.count)] + Array(commonName.utf8)
    var bytes: [UInt8] = [0x06, 0x03, 0x55, 0x04, 0x03] + value
    for tag in [0x30, 0x31, 0x30] as [UInt8] { bytes = [tag, UInt8(bytes.count)] + bytes }
    return bytes
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0...].starts(with: part) }
  }
}
