import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Keys from elsewhere, with other commands at the other end.
@Suite struct PSKPeerTests {
  @Test(.needs("openssl"), arguments: versions, [false, true])
  func `s_client has the key, right or wrong`(
    version: ProtocolVersion, isWrong: Bool
  ) async throws {
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", version.flag, "-quiet", "-no_ign_eof"]
        + ["-psk_identity", "somebody", "-psk", isWrong ? "00112233" : hexadecimal]
        + (version == .tls12 ? ["-cipher", "ECDHE-PSK-CHACHA20-POLY1305"] : []))
    defer { for end in [child.input, child.output] { try? end.close() } }
    let error = try await serve(listener, version)
    #expect((error == nil) == !isWrong)
    if isWrong {
      #expect(error?.alert?.alert == (version == .tls12 ? .badRecordMAC : .illegalParameter))
    }
    try child.input.close()
    #expect((try await child.status == 0) == !isWrong)
  }

  @Test(.needs("gnutls-cli"), arguments: versions)
  func `gnutls-cli has the key`(version: ProtocolVersion) async throws {
    let (listener, port) = try TCP.listen()
    let protocols = version == .tls12 ? "+VERS-TLS1.2" : "+VERS-TLS1.3"
    let child = try Child(
      "gnutls-cli",
      ["--pskusername", "somebody", "--pskkey", hexadecimal, "-p", "\(port)", "127.0.0.1"]
        + ["--priority", "NORMAL:-KX-ALL:+ECDHE-PSK:-VERS-ALL:\(protocols)"])
    defer { for end in [child.input, child.output] { try? end.close() } }
    #expect(try await serve(listener, version) == nil)
    try child.input.close()
    _ = try await child.status
  }

  @Test(.needs("openssl"), arguments: versions)
  func `s_server has the key, and no certificate`(version: ProtocolVersion) async throws {
    let child = try Child(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version.flag, "-nocert"]
        + ["-psk_identity", "somebody", "-psk", hexadecimal]
        + (version == .tls12 ? ["-cipher", "ECDHE-PSK-CHACHA20-POLY1305"] : []))
    let configuration = Self.configuration(version)
    let output = try await apart {
      let port = try child.output.readPort()
      let engine = try TLSEngine(TLSContext(configuration), as: .client(.unchecked()))
      let stream = TLSStream(engine, over: DescriptorTransport(try TCP.connect(to: port)))
      try stream.handshake(until: stalled)
      #expect(engine.negotiated?.pskIdentity == Array("somebody".utf8))
      #expect(engine.negotiated?.peerCertificates == [] && engine.negotiated?.resumed == false)
      try stream.send(Array("from us\n".utf8), until: stalled)
      try stream.close(until: stalled)
      return try child.output.readToEnd()
    }
    for end in [child.input, child.output] { try? end.close() }
    #expect(output.contains(Array("from us\n".utf8)))
    #expect(try await child.status == 0)
  }

  /// Serves one client that has the key alone, up to a first byte; answers what it threw.
  private func serve(
    _ listener: FileDescriptor, _ version: ProtocolVersion
  ) async throws -> TLSError? {
    let configuration = Self.configuration(version)
    return try await apart {
      let engine = try TLSEngine(TLSContext(configuration), as: .server)
      let stream = TLSStream(engine, over: DescriptorTransport(try TCP.accept(listener)))
      do {
        try stream.handshake(until: stalled)
      } catch let error as StreamError<Errno> {
        return error.tls
      }
      #expect(engine.negotiated?.pskIdentity == Array("somebody".utf8))
      #expect(engine.negotiated?.version == version)
      try stream.close(until: stalled)
      return nil
    }
  }

  private static func configuration(_ version: ProtocolVersion) -> TLSConfiguration {
    var configuration = TLSConfiguration()
    configuration.versions = version...version
    configuration.cipherSuites = CipherSuite.preShared + CipherSuite.recommended
    configuration.preSharedKeys = PreSharedKeys([ExternalPSK(identity: "somebody", key: key)])
    return configuration
  }

  private static let key: [UInt8] = (0..<16).map { $0 * 16 + 1 }
  private var hexadecimal: String {
    Self.key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
