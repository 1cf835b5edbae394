import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Exported keying material; what other implementations make of it is in the tests of transports.
@Suite(.withAllAndNeededAlgorithms) struct ExportersTests {
  @Test(arguments: versions, wires)
  func `both ends export the same`(version: ProtocolVersion, wire: Wire) throws {
    let pair = try Settings(version).pair(wire)
    try pair.settle()
    var seen: Set<[UInt8]> = []
    for label in ["EXPORTER-test", "EXPERIMENTAL other", "é"] {
      for context in [nil, [], [0], text(900)] as [[UInt8]?] {
        let ours = try pair.client.engine.exportKeyingMaterial(
          label: label, context: context, count: 32)
        let theirs = try pair.server.engine.exportKeyingMaterial(
          label: label, context: context, count: 32)
        #expect(ours == theirs && ours.count == 32)
        seen.insert(ours)
      }
    }
    // RFC 8446 §7.5: "providing no context computes the same value as providing an empty context",
    // unlike in TLS 1.2 (RFC 5705 §4).
    #expect(seen.count == (version == .tls12 ? 12 : 9))
  }

  @Test func `another connection exports something else`() throws {
    var seen: Set<[UInt8]> = []
    for version in versions + versions {
      let puppets = try Settings(version).open()
      seen.insert(try puppets.client.engine.exportKeyingMaterial(label: "EXPORTER", count: 20))
    }
    #expect(seen.count == 4)
  }

  @Test(arguments: versions, [1, 31, 8160])
  func `as many bytes as asked for`(version: ProtocolVersion, count: Int) throws {
    let puppets = try Settings(version).open()
    let bytes = try puppets.client.engine.exportKeyingMaterial(label: "l", count: count)
    #expect(bytes.count == count)
    #expect(try puppets.server.engine.exportKeyingMaterial(label: "l", count: count) == bytes)
  }

  @Test(arguments: versions, bothRoles)
  func `sizes out of range are refused and change nothing`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let engine = puppets[isServer].engine
    let long = String(repeating: "l", count: 250)
    for (label, context, count) in [
      ("", [], 1), (long, [], 1), ("l", text(65536), 1), ("l", [], 0), ("l", [], -1),
      ("l", [], 8161), ("l", [], .max),
    ] {
      let error = #expect(throws: TLSError.self) {
        try engine.exportKeyingMaterial(label: label, context: context, count: count)
      }
      #expect(error?.code == .invalidArgument && error?.fault == .caller)
    }
    #expect(try engine.exportKeyingMaterial(label: String(long.dropLast()), count: 1).count == 1)
    #expect(try engine.write([1]) == .moved(1))
  }

  // OpenSSL 3.0 makes keys of TLS 1.2 from at most 1024 bytes of label, randoms and context.
  @Test func `a context that is too long for TLS 1.2 is refused there`() throws {
    let puppets = try Settings(.tls12).open()
    let error = #expect(throws: TLSError.self) {
      try puppets.client.engine.exportKeyingMaterial(label: "l", context: text(958), count: 1)
    }
    #expect(error?.code == .invalidArgument && error?.fault == .caller)
    let bytes = try puppets.client.engine.exportKeyingMaterial(
      label: "l", context: text(957), count: 20)
    #expect(
      try puppets.server.engine.exportKeyingMaterial(label: "l", context: text(957), count: 20)
        == bytes)
  }

  @Test func `a context of 65535 bytes serves in TLS 1.3`() throws {
    let puppets = try Settings(.tls13).open()
    let exports = try [puppets.client.engine, puppets.server.engine].map {
      try $0.exportKeyingMaterial(label: "l", context: text(65535), count: 20)
    }
    #expect(exports[0] == exports[1])
  }

  @Test(arguments: ["client finished", "server finished", "master secret", "key expansion"])
  func `labels that TLS 1.2 uses itself are refused there`(label: String) throws {
    let puppets = try Settings(.tls12).open()
    let error = #expect(throws: TLSError.self) {
      try puppets.client.engine.exportKeyingMaterial(label: label, count: 20)
    }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message == "label \"\(label)\" is reserved: TLS 1.2 uses it itself")
    #expect(ERR_peek_error() == 0 && puppets.client.engine.terminalError == nil)
  }

  @Test(arguments: versions, bothRoles)
  func `there is nothing to export before done`(version: ProtocolVersion, isServer: Bool) throws {
    let puppets = try Puppets(Settings(version))
    let early = TLSError.misuse(.handshakeIncomplete, .handshake)
    #expect(throws: early) {
      try puppets[isServer].engine.exportKeyingMaterial(label: "l", count: 1)
    }
    puppets.client.run()
    puppets.server.take(puppets.client.news())
    #expect(throws: early) {
      try puppets[isServer].engine.exportKeyingMaterial(label: "l", count: 1)
    }
    puppets.client.take(puppets.server.news())
    puppets.exchange()
    #expect(try puppets[isServer].engine.exportKeyingMaterial(label: "l", count: 1).count == 1)
  }

  @Test(arguments: versions, bothRoles)
  func `it is the same after key updates and after close, and gone with a failure`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let engine = puppets[isServer].engine
    let bytes = try engine.exportKeyingMaterial(label: "l", count: 20)
    if version == .tls13 { _ = try engine.updateKeys() }
    puppets.exchange()
    _ = try engine.close()
    #expect(try engine.exportKeyingMaterial(label: "l", count: 20) == bytes)
    puppets[isServer].take(badRecord)
    let error = try #require(engine.terminalError)
    #expect(throws: error) { try engine.exportKeyingMaterial(label: "l", count: 20) }
  }

  @Test(arguments: versions, bothRoles)
  func `without early data there is no early secret`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let puppets = try Settings(version).open()
    let error = #expect(throws: TLSError.self) {
      try puppets[isServer].engine.exportEarlyKeyingMaterial(label: "l", count: 20)
    }
    #expect(error?.code == .unavailable && error?.fault == .caller)
    #expect(puppets[isServer].engine.terminalError == nil)
  }

  @Test(arguments: [true, false])
  func `early data that is accepted has a secret at both ends`(isAccepted: Bool) throws {
    let contexts = try (TLSContext(Settings(.tls13).client), TLSContext(Settings(.tls13).server))
    let session = try Self.session(contexts)
    defer { SSL_SESSION_free(session) }
    let puppets = try Puppets(contexts.0, contexts.1)
    let (client, server) = (puppets.client.engine, puppets.server.engine)
    SSL_set_session(client.connection.ssl, session)
    SSL_set_max_early_data(server.connection.ssl, isAccepted ? 1000 : 0)
    SSL_set_options(server.connection.ssl, COpenSSL_SSL_OP_NO_ANTI_REPLAY)
    var (count, bytes) = (0, text(10))
    #expect(client.connection.restoreBuffers())
    #expect(SSL_write_early_data(client.connection.ssl, bytes, bytes.count, &count) == 1)
    #expect(throws: TLSError.self) { try client.exportEarlyKeyingMaterial(label: "l", count: 1) }
    var result = SSL_READ_EARLY_DATA_ERROR
    for _ in 0..<4 {
      puppets.client.pull()
      puppets.server.push(puppets.client.news()[...])
      repeat {
        guard result != SSL_READ_EARLY_DATA_FINISH else { break }
        result = SSL_read_early_data(server.connection.ssl, &bytes, bytes.count, &count)
      } while result == SSL_READ_EARLY_DATA_SUCCESS
      if result == SSL_READ_EARLY_DATA_FINISH { puppets.server.run() }
      puppets.server.pull()
      puppets.client.push(puppets.server.news()[...])
      puppets.client.move()
    }
    let exports = [client, server].map {
      try? $0.exportEarlyKeyingMaterial(label: "EXPORTER", context: [1], count: 20)
    }
    #expect(isAccepted ? exports[0] != nil && exports[0] == exports[1] : exports == [nil, nil])
    let other = try? client.exportKeyingMaterial(label: "EXPORTER", context: [1], count: 20)
    #expect(other != nil && other != exports[0])
  }

  /// A session of a connection whose server allows early data.
  private static func session(_ contexts: (TLSContext, TLSContext)) throws -> OpaquePointer {
    let puppets = try Puppets(contexts.0, contexts.1)
    SSL_set_max_early_data(puppets.server.engine.connection.ssl, 1000)
    SSL_set_options(puppets.server.engine.connection.ssl, COpenSSL_SSL_OP_NO_ANTI_REPLAY)
    puppets.exchange()
    try puppets.server.write([1])
    puppets.exchange()
    return try MemoryTLSTests.session(of: puppets.client.engine)
  }
}
