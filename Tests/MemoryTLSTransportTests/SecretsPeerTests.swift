import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Exported keying material and channel bindings, as other implementations compute them.
@Suite struct SecretsPeerTests {
  @Test(.needs("gnutls-cli"), arguments: versions)
  func `gnutls-cli exports the same as a server of ours`(version: ProtocolVersion) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(version)
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "gnutls-cli",
      ["--x509cafile", files.path("ca.pem"), "--sni-hostname", "localhost", "--verbose"]
        + ["--verify-hostname", "localhost", "--keymatexport", "EXPORTER-test"]
        + ["--keymatexportsize", "40", "-p", "\(port)", "127.0.0.1"])
    let server = Worker {
      let stream = try settings.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      try stream.handshake(until: stalled)
      try child.input.close()
      #expect(try stream.receive(until: stalled) == [])
      let engine = stream.engine
      let material = try engine.exportKeyingMaterial(label: "EXPORTER-test", count: 40)
      let bindings = ChannelBinding.allCases.map { kind in
        let value = (try? engine.channelBinding(kind)).map(hexadecimal)
        return " - '\(kind.rawValue)': \(value ?? "not available")\n"
      }
      try stream.close(until: stalled)
      return bindings + ["- Key material: \(hexadecimal(material))\n"]
    }
    let lines = try await server.value
    let said = try await apart { String(decoding: try child.output.readToEnd(), as: UTF8.self) }
    try child.output.close()
    for line in lines { #expect(said.contains(line), "\(line) is not in \(said)") }
    #expect(lines.filter { $0.contains("not available") }.count == (version == .tls13 ? 1 : 0))
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(.needs("openssl"), arguments: versions)
  func `s_client exports the same as a server of ours`(version: ProtocolVersion) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(version)
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", version.flag, "-CAfile", files.path("ca.pem")]
        + ["-keymatexport", "EXPERIMENTAL", "-keymatexportlen", "48"])
    let server = Worker {
      let stream = try settings.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      try stream.handshake(until: stalled)
      try child.input.close()
      #expect(try stream.receive(until: stalled) == [])
      defer { try? stream.close(until: stalled) }
      return try stream.engine.exportKeyingMaterial(label: "EXPERIMENTAL", count: 48)
    }
    let material = try await server.value
    let said = try await apart { String(decoding: try child.output.readToEnd(), as: UTF8.self) }
    try child.output.close()
    #expect(said.contains("Keying material: \(hexadecimal(material).uppercased())\n"))
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }

  @Test(.needs("python3"), arguments: [true, false])
  func `Python's tls-unique is ours`(isServer: Bool) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(.tls12)
    let (near, far) = try socketPair()
    let child = try Child(
      "python3", ["-c", script, isServer ? "client" : "server", files.directory], input: far)
    defer { for end in [child.input, child.output] { try? end.close() } }
    let (unique, said) = try await apart {
      let channel = DescriptorTransport(near)
      let stream =
        isServer
        ? try settings.serverStream(over: channel) : try settings.clientStream(over: channel)
      try stream.handshake(until: stalled)
      let unique = try stream.engine.channelBinding(.tlsUnique)
      try stream.close(until: stalled)
      return (unique, String(decoding: try child.output.readToEnd(), as: UTF8.self))
    }
    #expect(said == hexadecimal(unique) + "\n")
    #expect(try await child.status == 0)
    withExtendedLifetime(files) {}
  }
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private let script = """
  import socket, ssl, sys
  role, directory = sys.argv[1:]
  server = role == "server"
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
  context.load_verify_locations(directory + "/ca.pem")
  if server:
      context.load_cert_chain(f"{directory}/{role}.pem", f"{directory}/{role}-key.pem")
  stream = context.wrap_socket(
      socket.socket(fileno=0), server_side=server,
      server_hostname=None if server else "localhost")
  print(stream.get_channel_binding("tls-unique").hex(), flush=True)
  assert stream.recv(1) == b""
  """
