import Foundation
import Testing

/// `memtls tunnel` with Python's ssl module at the other end.
@Suite(.enabled(if: isInstalled("python3"), "needs python3"))
struct PythonTunnelTests {
  private let interop: Interop

  init() throws { interop = try Interop() }

  @Test(arguments: ["1.2", "1.3"], Role.allCases)
  func `Python gets back what it sends, and both close`(version: String, role: Role) throws {
    let (ours, python) = try run("exec:cat", version, against: role, which: "unwraps")
    #expect(python.status == 0 && python.output == "closed by both\n", "\(python.errors)")
    #expect(ours.status == 0 && ours.errors.contains(Interop.moved), "\(ours.errors)")
    #expect(ours.errors.contains("TLSv\(version), "))
  }

  @Test(arguments: ["1.2", "1.3"], Role.allCases)
  func `Python sends after our end, and ours still receives it`(
    version: String, role: Role
  ) throws {
    let (ours, python) = try run("stdio", version, against: role, which: "answers the end")
    #expect(python.status == 0 && python.output == "closed by both\n", "\(python.errors)")
    #expect(ours.status == 0 && ours.errors.contains(Interop.moved), "\(ours.errors)")
    #expect(ours.output == Interop.text)
  }

  @Test(arguments: ["1.2", "1.3"], Role.allCases)
  func `a Python that closes its socket alone has truncated`(version: String, role: Role) throws {
    let (ours, python) = try run("exec:cat", version, against: role, which: "vanishes")
    #expect(python.status == 0 && python.output == "closed alone\n", "\(python.errors)")
    #expect(ours.status == 1 && ours.errors.contains(Interop.moved), "\(ours.errors)")
    #expect(
      ours.errors.hasSuffix(
        "memtls: input ended without close_notify while the connection was open\n"))
  }

  /// Which end of TLS Python is.
  enum Role: String, CaseIterable {
    case client
    case server
  }

  /// Runs one connection between ours and a Python that ends it in a certain way.
  private func run(
    _ plain: String, _ version: String, against role: Role, which end: String
  ) throws -> (ours: Command, python: Command) {
    let options = ["--tls", version]
    func python(_ port: Int) -> [String] {
      ["python3", "-c", script, role.rawValue, "\(port)", interop.credentials.directory.path, end]
    }
    switch role {
    case .client:
      let ours = try interop.server(plain, options, input: Interop.bytes)
      let python = try interop.peer(python(try ours.listeningPort()))
      return (ours.finish(), python)
    case .server:
      var result: (Command, Command)?
      let port = try LoopbackSocket.freePort()
      try interop.withPeer(python(port), on: port, input: Interop.bytes) { python in
        result = (try interop.client(of: port, plain, options).finish(), python.finish())
      }
      return try #require(result)
    }
  }
}

/// Exchanges what stands on stdin, and ends as it is told; fails unless all came back and the end was
/// as it should be.
private let script = """
  import socket, ssl, sys
  role, port, directory, end = sys.argv[1:]
  server, address = role == "server", ("127.0.0.1", int(port))
  context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
  context.load_verify_locations(directory + "/ca.pem")
  if server:
      context.load_cert_chain(directory + "/server.both.pem")
      with socket.create_server(address) as listener:
          plain, _ = listener.accept()
  else:
      plain = socket.create_connection(address)
  stream = context.wrap_socket(
      plain, server_side=server, suppress_ragged_eofs=False,
      server_hostname=None if server else "127.0.0.1")
  text = sys.stdin.buffer.read()
  def receive(size):
      data = b""
      while len(data) < size and (part := stream.recv(size - len(data))):
          data += part
      return data
  if end == "answers the end":
      assert receive(2 * len(text)) == text
      stream.sendall(text)
  else:
      for place in range(0, len(text), 16384):
          part = text[place:place + 16384]
          stream.sendall(part)
          assert receive(len(part)) == part
  if end == "vanishes":
      stream.close()
      print("closed alone")
  else:
      stream.unwrap().close()
      print("closed by both")
  """
