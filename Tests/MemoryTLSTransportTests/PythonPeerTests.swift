import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Python's ssl module over a socket that it inherits.
@Suite(.needs("python3")) struct PythonPeerTests {
  @Test(arguments: [true, false], Variant.all)
  func `ours and Python's exchange a mebibyte each way`(
    isServer: Bool, variant: Variant
  ) async throws {
    let files = try IdentityFiles()
    for version in versions {
      let settings = try variant.settings(version)
      let (near, far) = try socketPair()
      let child = try Child(
        "python3",
        ["-c", script, isServer ? "client" : "server", version == .tls12 ? "TLSv1_2" : "TLSv1_3"]
          + [files.directory, variant.mutual ? "mutual" : "", variant.weCloseFirst ? "" : "first"],
        input: far)
      defer { for end in [child.input, child.output] { try? end.close() } }
      let said = try await apart {
        let channel = DescriptorTransport(near)
        let stream =
          isServer
          ? try settings.serverStream(over: channel) : try settings.clientStream(over: channel)
        try stream.send(Text.out, until: stalled)
        #expect(try stream.receive(exactly: Text.out.count) == Text.reversedOut)
        try variant.close(stream)
        #expect(stream.engine.negotiated?.version == version)
        return try child.output.readToEnd()
      }
      #expect(String(decoding: said, as: UTF8.self) == "closed by both\n")
      #expect(try await child.status == 0)
    }
    withExtendedLifetime(files) {}
  }
}

/// Receives a mebibyte, sends it back reversed; ends in an error unless both close properly.
private let script = """
  import socket, ssl, sys
  role, version, directory, mutual, first = sys.argv[1:]
  server = role == "server"
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
  context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
  context.load_verify_locations(directory + "/ca.pem")
  if server or mutual:
      context.load_cert_chain(f"{directory}/{role}.pem", f"{directory}/{role}-key.pem")
  if server and mutual:
      context.verify_mode = ssl.CERT_REQUIRED
  stream = context.wrap_socket(
      socket.socket(fileno=0), server_side=server, suppress_ragged_eofs=False,
      server_hostname=None if server else "localhost")
  data = b""
  while len(data) < 1 << 20:
      data += stream.recv(65536)
  stream.sendall(data[::-1])
  if not first:
      assert stream.recv(1) == b""
  stream.unwrap().close()
  print("closed by both")
  """
