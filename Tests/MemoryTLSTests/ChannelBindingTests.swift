import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Channel bindings; what other implementations make of them is in the tests of transports.
@Suite(.withAllAndNeededAlgorithms) struct ChannelBindingTests {
  @Test(arguments: versions, wires)
  func `both ends have the same, and no two kinds are alike`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let pair = try Settings(version).pair(wire)
    try pair.settle()
    var seen: [[UInt8]] = []
    for kind in ChannelBinding.allCases where version == .tls12 || kind != .tlsUnique {
      let ours = try pair.client.engine.channelBinding(kind)
      #expect(try pair.server.engine.channelBinding(kind) == ours)
      seen.append(ours)
    }
    #expect(seen.map(\.count) == (version == .tls12 ? [32, 32, 12] : [32, 32]))
    #expect(Set(seen).count == seen.count)
  }

  // RFC 9266 §2: "Label: The ASCII string "EXPORTER-Channel-Binding" with no terminating NUL.
  // Context value: Zero-length string. Length: 32 bytes."
  @Test(arguments: versions)
  func `tls-exporter is exported with an empty context`(version: ProtocolVersion) throws {
    let engine = try Settings(version).open().client.engine
    #expect(
      try engine.channelBinding(.tlsExporter)
        == engine.exportKeyingMaterial(label: "EXPORTER-Channel-Binding", context: [], count: 32))
  }

  // RFC 5929 §4.1: "if the certificate's signatureAlgorithm uses a single hash function and that
  // hash function is neither MD5 nor SHA-1, then use the hash function associated with the
  // certificate's signatureAlgorithm"
  @Test(arguments: versions)
  func `tls-server-end-point is a hash of the server's certificate`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Settings(version).mutual.open()
    let hash = sha256(of: Settings.localhost.certificate)
    #expect(try puppets.client.engine.channelBinding(.tlsServerEndPoint) == hash)
    #expect(try puppets.server.engine.channelBinding(.tlsServerEndPoint) == hash)
  }

  @Test(arguments: versions, bothRoles)
  func `a signature without a hash of its own has no tls-server-end-point`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let authority = try TestIdentity.authority(key: .ed25519)
    let server = try authority.issue(.server, names: [.dns("localhost")])
    let puppets = try Settings(version).changed {
      $0.server.identities = [server.identity]
      $0.client.trust = authority.trust
    }.open()
    let error = #expect(throws: TLSError.self) {
      try puppets[isServer].engine.channelBinding(.tlsServerEndPoint)
    }
    #expect(error?.code == .unavailable && error?.fault == .caller)
    #expect(error?.message.contains("signed with ED25519") == true)
  }

  // RFC 5929 §3.1: "The first TLS Finished message sent … in the most recent TLS handshake"
  @Test(arguments: [false, true])
  func `tls-unique is the Finished that came first`(isResumed: Bool) throws {
    let contexts = try (TLSContext(Settings(.tls12).client), TLSContext(Settings(.tls12).server))
    var puppets = try Puppets(contexts.0, contexts.1)
    puppets.exchange()
    if isResumed {
      let session = try session(of: puppets.client.engine)
      defer { SSL_SESSION_free(session) }
      puppets = try Puppets(contexts.0, contexts.1)
      SSL_set_session(puppets.client.engine.connection.ssl, session)
      puppets.exchange()
    }
    let (client, server) = (puppets.client.engine, puppets.server.engine)
    #expect(server.negotiated?.resumed == isResumed)
    let unique = try client.channelBinding(.tlsUnique)
    #expect(try server.channelBinding(.tlsUnique) == unique)
    #expect(unique == (isResumed ? server : client).connection.finished)
    #expect(unique != (isResumed ? client : server).connection.finished)
    #expect(try server.channelBinding(.tlsServerEndPoint).count == 32)
  }

  @Test(arguments: bothRoles)
  func `tls-unique is refused in TLS 1.3`(isServer: Bool) throws {
    let engine = try Settings(.tls13).open()[isServer].engine
    let error = #expect(throws: TLSError.self) { try engine.channelBinding(.tlsUnique) }
    #expect(error?.code == .unavailable && error?.fault == .caller)
    #expect(error?.message == "tls-unique is not defined for TLSv1.3")
    #expect(engine.terminalError == nil)
  }

  @Test(arguments: bothRoles, [ChannelBinding.tlsUnique, .tlsExporter])
  func `without the extended master secret they are refused`(
    isServer: Bool, kind: ChannelBinding
  ) throws {
    let puppets = try Puppets(Settings(.tls12))
    SSL_set_options(puppets.client.engine.connection.ssl, COpenSSL_SSL_OP_NO_EXTENDED_MASTER_SECRET)
    puppets.exchange()
    let engine = puppets[isServer].engine
    let error = #expect(throws: TLSError.self) { try engine.channelBinding(kind) }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("needs the extended master secret") == true)
    #expect(try engine.channelBinding(.tlsServerEndPoint).count == 32)
  }

  @Test(arguments: versions, ChannelBinding.allCases)
  func `there is none before done`(version: ProtocolVersion, kind: ChannelBinding) throws {
    let puppets = try Puppets(Settings(version))
    for engine in [puppets.client.engine, puppets.server.engine] {
      #expect(throws: TLSError.misuse(.handshakeIncomplete, .handshake)) {
        try engine.channelBinding(kind)
      }
    }
  }

  @Test func `a resumed server of several identities does not guess`() throws {
    let rsa = try Settings.authority.issue(.server, names: [.dns("localhost")], key: .rsa2048)
    let settings = Settings(.tls12).changed { $0.server.identities.append(rsa.identity) }
    let contexts = try (TLSContext(settings.client), TLSContext(settings.server))
    let first = try Puppets(contexts.0, contexts.1)
    first.exchange()
    #expect(try first.server.engine.channelBinding(.tlsServerEndPoint).count == 32)
    let session = try session(of: first.client.engine)
    defer { SSL_SESSION_free(session) }
    let puppets = try Puppets(contexts.0, contexts.1)
    SSL_set_session(puppets.client.engine.connection.ssl, session)
    puppets.exchange()
    #expect(try puppets.client.engine.channelBinding(.tlsServerEndPoint).count == 32)
    let error = #expect(throws: TLSError.self) {
      try puppets.server.engine.channelBinding(.tlsServerEndPoint)
    }
    #expect(error?.code == .unavailable)
  }
}

/// A copy of a connection's session, to be freed; an original dies with a connection that was not
/// closed.
func session(of engine: TLSEngine) throws -> OpaquePointer {
  try #require(SSL_SESSION_dup(SSL_get_session(engine.connection.ssl)))
}
