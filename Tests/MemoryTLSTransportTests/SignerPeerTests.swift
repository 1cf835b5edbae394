import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Keys that another process holds, before peers that check what it signed.
@Suite(.needs("openssl")) struct SignerPeerTests {
  /// Asks `openssl dgst` to sign: the key is read by nobody else.
  private func agent(_ key: String) -> Signer {
    Signer { scheme, message in
      #expect(scheme == .ecdsaSecp256r1SHA256)
      let child = try Child("openssl", ["dgst", "-sha256", "-sign", key])
      defer { try? child.output.close() }
      try child.input.writeAll(message)
      try child.input.close()
      return try child.output.readToEnd()
    }
  }

  @Test(arguments: versions)
  func `s_client accepts a server whose key is in another process`(
    version: ProtocolVersion
  ) async throws {
    let files = try IdentityFiles()
    var settings = try Settings(version)
    settings.server.identities = [
      Identity(chain: .file(files.path("server.pem")), signer: agent(files.path("server-key.pem")))
    ]
    let server = settings
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", version.flag, "-quiet", "-no_ign_eof"]
        + ["-servername", "localhost", "-verify_hostname", "localhost"]
        + ["-verify_return_error", "-CAfile", files.path("ca.pem")])
    defer { for end in [child.input, child.output] { try? end.close() } }
    try await apart {
      let stream = try server.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      try stream.handshake(until: stalled)
      #expect(stream.engine.negotiated?.signatureScheme == .ecdsaSecp256r1SHA256)
      try child.input.writeAll("signed\n".utf8)
      #expect(try stream.receive(exactly: 7) == Array("signed\n".utf8))
      try stream.close(until: stalled)
    }
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(arguments: versions)
  func `s_server accepts a client whose key is in another process`(
    version: ProtocolVersion
  ) async throws {
    let files = try IdentityFiles()
    var settings = try Settings(version)
    settings.client.identities = [
      Identity(chain: .file(files.path("client.pem")), signer: agent(files.path("client-key.pem")))
    ]
    let client = settings
    let child = try Child(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version.flag, "-rev"]
        + ["-Verify", "2", "-verify_return_error", "-CAfile", files.path("ca.pem")]
        + ["-cert", files.path("server.pem"), "-key", files.path("server-key.pem")])
    defer { for end in [child.input, child.output] { try? end.close() } }
    try await apart {
      let port = try child.output.readPort()
      let stream = try client.clientStream(over: DescriptorTransport(TCP.connect(to: port)))
      try stream.send(Array("signed\n".utf8), until: stalled)
      #expect(try stream.receive(exactly: 7) == Array("dengis\n".utf8))
      try stream.close(until: stalled)
    }
    _ = try await child.status
    withExtendedLifetime(files) {}
  }
}
