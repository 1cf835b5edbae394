import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Real peers: the openssl command, which the tests start themselves.
@Suite(.needs("openssl")) struct PeerTests {
  @Test(arguments: versions, Variant.all)
  func `a server talks to s_client`(version: ProtocolVersion, variant: Variant) async throws {
    let files = try IdentityFiles()
    let settings = try variant.settings(version)
    let (out, back) = (Text.out, Text.back)
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", version.flag, "-quiet", "-no_ign_eof"]
        + ["-nocommands", "-servername", "localhost", "-verify_hostname", "localhost"]
        + ["-verify_return_error", "-CAfile", files.path("ca.pem")]
        + variant.credentials("client", files))
    let writer = Worker { try child.input.writeAll(out) }
    let reader = Worker {
      defer { try? child.output.close() }
      // Its end of input makes s_client go at once, so it comes last.
      let received = try child.output.read(exactly: back.count)
      if !variant.weCloseFirst { try child.input.close() }
      return received + (try child.output.readToEnd())
    }
    let server = Worker {
      let stream = try settings.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      #expect(try stream.receive(exactly: out.count) == out)
      try stream.send(back, until: stalled)
      try variant.close(stream)
      #expect(stream.engine.negotiated?.version == version)
      #expect(stream.engine.negotiated?.serverName == "localhost")
      #expect(stream.engine.negotiated?.peerCertificates.isEmpty == !variant.mutual)
    }
    _ = try await writer.value
    try await server.value
    #expect(try await reader.value == back)
    if variant.weCloseFirst { try child.input.close() }
    // 1 if the connection had ended without close_notify.
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(arguments: versions, [true, false])
  func `a client talks to s_server`(version: ProtocolVersion, mutual: Bool) async throws {
    let files = try IdentityFiles()
    let variant = Variant(mutual: mutual, weCloseFirst: true)
    let settings = try variant.settings(version)
    let (out, back) = (Text.out, Text.back)
    let child = try startServer(version, files, variant)
    let port = try await apart { try child.output.readPort() }
    let reader = Worker {
      defer { try? child.output.close() }
      return try child.output.readToEnd()
    }
    let client = Worker {
      defer { try? child.input.close() }
      let stream = try settings.clientStream(over: DescriptorTransport(TCP.connect(to: port)))
      try stream.send(out, until: stalled)
      let writer = Worker { try child.input.writeAll(back) }
      #expect(try stream.receive(exactly: back.count) == back)
      try variant.close(stream)
      #expect(stream.engine.negotiated?.version == version)
      return writer
    }
    _ = try await client.value.value
    let output = try await reader.value
    #expect(output.contains(out))
    // s_server says ERROR where the connection ended without close_notify.
    #expect(output.contains(Array("DONE\nshutting down".utf8)))
    #expect(!output.contains(Array("\nERROR\n".utf8)))
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(arguments: versions)
  func `an s_server that just goes has truncated the connection`(
    version: ProtocolVersion
  ) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(version)
    let child = try startServer(version, files, Variant(mutual: false, weCloseFirst: false))
    defer { for end in [child.input, child.output] { try? end.close() } }
    let error = try await apart {
      let port = try child.output.readPort()
      let stream = try settings.clientStream(over: DescriptorTransport(TCP.connect(to: port)))
      try stream.handshake(until: stalled)
      try child.input.writeAll("Q\n".utf8)
      return streamError { _ = try stream.receive(until: stalled) }
    }
    #expect(error?.tls?.code == .truncated && error?.tls?.phase == .open)
    _ = try await child.status
    withExtendedLifetime(files) {}
  }

  // RFC 5246 §7.2.2: "If the sender of a no_renegotiation cannot continue, it sends a fatal alert."
  @Test func `a renegotiation that s_client asks for is refused`() async throws {
    let files = try IdentityFiles()
    let settings = try Settings(.tls12)
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_2", "-quiet", "-no_ign_eof"]
        + ["-CAfile", files.path("ca.pem")])
    defer { for end in [child.input, child.output] { try? end.close() } }
    let (error, events) = try await apart {
      let stream = try settings.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      try stream.handshake(until: stalled)
      try child.input.writeAll("R\n".utf8)
      return (streamError { _ = try stream.receive(until: stalled) }, stream.engine.events)
    }
    #expect(error?.tls?.isAlert(.handshakeFailure) == true, "\(error as Any)")
    #expect(events.contains(.alert(.noRenegotiation, .sent)))
    #expect(try await child.status != 0)
    withExtendedLifetime(files) {}
  }

  @Test func `a renegotiation that s_server asks for is refused`() async throws {
    let files = try IdentityFiles()
    let settings = try Settings(.tls12)
    let child = try startServer(.tls12, files, Variant(mutual: false, weCloseFirst: true))
    defer { for end in [child.input, child.output] { try? end.close() } }
    let (error, events) = try await apart {
      let port = try child.output.readPort()
      let stream = try settings.clientStream(over: DescriptorTransport(TCP.connect(to: port)))
      try stream.handshake(until: stalled)
      try child.input.writeAll("r\n".utf8)
      return (streamError { _ = try stream.receive(until: stalled) }, stream.engine.events)
    }
    #expect(error?.tls?.isAlert(.handshakeFailure) == true, "\(error as Any)")
    #expect(events.contains(.alert(.noRenegotiation, .sent)))
    _ = try await child.status
    withExtendedLifetime(files) {}
  }
}

private func startServer(
  _ version: ProtocolVersion, _ files: IdentityFiles, _ variant: Variant
) throws -> Child {
  try Child(
    "openssl",
    ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version.flag]
      + (variant.mutual ? ["-Verify", "2", "-verify_return_error"] : [])
      + ["-CAfile", files.path("ca.pem"), "-cert", files.path("server.pem")]
      + ["-key", files.path("server-key.pem")])
}
