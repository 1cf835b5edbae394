import Foundation
import Testing

/// `--keylog` and `--export`.
@Suite struct SecretOptionsTests {
  private let credentials: Credentials
  private var log: String { credentials.directory.path + "/keys.log" }

  init() throws { credentials = try Credentials() }

  @Test(
    .enabled(if: isInstalled("python3"), "needs python3"),
    arguments: [("1.2", 1), ("1.3", 5)])
  func `a server's key log is what Python's client writes`(version: String, count: Int) throws {
    let server = try credentials.serveTunnel("exec:cat", ["--keylog", log, "--tls", version])
    let theirs = credentials.directory.path + "/python.log"
    let script = """
      import socket, ssl, sys
      context = ssl.create_default_context(cafile=sys.argv[2])
      context.keylog_filename = sys.argv[3]
      plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
      with context.wrap_socket(plain, server_hostname="localhost") as stream:
          stream.sendall(b"hello")
          assert stream.recv(5) == b"hello"
      """
    let peer = try Command.run(
      "python3", ["-c", script, "\(try server.listeningPort())", credentials.ca, theirs])
    #expect(peer.status == 0, "\(peer.errors)")
    #expect(server.stop().status == 0)
    let ours = try lines(of: log)
    #expect(ours.count == count)
    #expect(Set(ours) == Set(try lines(of: theirs).filter { !$0.hasPrefix("#") }))
    #expect(try mode(of: log) == 0o600)
  }

  @Test func `a client's key log is its server's, and the next client's comes behind`() throws {
    let other = credentials.directory.path + "/server.log"
    let server = try credentials.serveTunnel("exec:cat", ["--keylog", other])
    let port = try server.listeningPort()
    for _ in 0..<2 { #expect(try client(port, ["--keylog", log]).status == 0) }
    #expect(server.stop().status == 0)
    #expect(try lines(of: log).count == 10)
    #expect(try lines(of: log).sorted() == lines(of: other).sorted())
  }

  @Test func `secrets of a handshake that fails are kept, as far as there are any`() throws {
    let server = try credentials.serveTunnel()
    let run = try client(
      try server.listeningPort(), ["--keylog", log, "--servername", "example.org"])
    #expect(run.status == 1)
    #expect(try lines(of: log).contains { $0.hasPrefix("SERVER_HANDSHAKE_TRAFFIC_SECRET ") })
    server.end()
  }

  @Test func `lines of many connections at once stay whole`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--keylog", log])
    let port = try server.listeningPort()
    let clients = try (0..<12).map { _ in
      try Running(
        Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca],
        input: Data("a".utf8), in: credentials.directory)
    }
    for client in clients { #expect(client.finish().status == 0) }
    #expect(server.stop().status == 0)
    let lines = try lines(of: log)
    #expect(lines.count == 60)
    #expect(lines.allSatisfy { $0.wholeMatch(of: /[A-Z0-9_]+ [0-9a-f]{64} [0-9a-f]{64}/) != nil })
  }

  @Test func `a key log that cannot be written is named`() throws {
    let run = try client(1, ["--keylog", "/not/there"])
    #expect(run.status == 1)
    #expect(run.errors == "memtls: cannot write /not/there: No such file or directory\n")
    // Connections go on without it.
    let server = try credentials.serveTunnel()
    let full = try client(try server.listeningPort(), ["--keylog", "/dev/full"])
    #expect(full.status == 0 && full.output == "hello\n")
    #expect(
      full.errors.split(separator: "\n").filter { $0.contains("cannot write /dev/full: ") }.count
        == 1)
    #expect(server.stop().status == 0)
  }

  @Test func `SSLKEYLOGFILE is not looked at`() throws {
    let server = try credentials.serveTunnel()
    let port = try server.listeningPort()
    let run = try Command.run(
      "env",
      ["SSLKEYLOGFILE=\(log)", Command.memtls, "client", "tcp:127.0.0.1:\(port)", "--ca"]
        + [credentials.ca])
    #expect(run.status == 0 && !FileManager.default.fileExists(atPath: log))
    #expect(server.stop().status == 0)
  }

  @Test(
    .enabled(if: isInstalled("openssl"), "needs the openssl command"), arguments: ["1.2", "1.3"])
  func `s_client exports the same bytes`(version: String) throws {
    let server = try credentials.serveTunnel(
      "exec:cat", ["--tls", version, "--export", "EXPERIMENTAL:a:48", "--export", "EXPERIMENTAL"])
    let port = try server.listeningPort()
    for (label, count) in [("EXPERIMENTAL:a", 48), ("EXPERIMENTAL", 32)] {
      let peer = try Command.run(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", credentials.ca]
          + ["-keymatexport", label, "-keymatexportlen", "\(count)"])
      let number = label == "EXPERIMENTAL" ? 2 : 1
      let said = try #require(server.line(with: "#\(number): exporter \(label): "))
      let bytes = try #require(said.split(separator: " ").last)
      #expect(bytes.count == 2 * count)
      #expect(peer.output.contains("Keying material: \(bytes.uppercased())\n"), "\(peer.output)")
    }
    server.end()
  }

  @Test func `what TLS 1.2 uses itself is not exported`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--tls", "1.2"])
    let run = try client(try server.listeningPort(), ["--export", "key expansion"])
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("memtls: exporter key expansion: "), "\(run.errors)")
    server.end()
  }

  private func client(_ port: Int, _ options: [String]) throws -> Command {
    try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca] + options,
      input: Data("hello\n".utf8))
  }

  private func lines(of file: String) throws -> [String] {
    try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
