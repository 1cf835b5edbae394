import Foundation
import Testing

/// SIGHUP: certificates and trust for later connections.
@Suite struct TunnelReloadTests {
  private let old: Credentials
  private let new: Credentials
  private let directory: TemporaryDirectory

  init() throws {
    (old, new, directory) = (try Credentials(), try Credentials(), try TemporaryDirectory())
    try install(old)
  }

  @Test func `later connections get the new certificate, earlier ones go on`() throws {
    let server = try serve([])
    let port = try server.listeningPort()
    let early = try Running(
      Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", old.ca], input: nil,
      in: directory)
    _ = try #require(early.line(with: "TLSv1.3"))
    try install(new)
    kill(server.process.processIdentifier, SIGHUP)
    _ = try #require(server.line(with: "certificates and trust are loaded anew"))
    #expect(try connect(to: port, trusting: new).status == 0)
    #expect(try connect(to: port, trusting: old).status == 1)
    kill(early.process.processIdentifier, SIGTERM)
    #expect(early.finish().errors.contains("interrupted"))
    #expect(server.stop().status == 0)
  }

  @Test func `a bad file keeps the old certificate and says so`() throws {
    let server = try serve([])
    let port = try server.listeningPort()
    _ = try directory.write("no certificate", to: "server.pem")
    kill(server.process.processIdentifier, SIGHUP)
    let line = try #require(server.line(with: "certificates and trust stay as they are"))
    #expect(line.contains("server.pem"))
    #expect(try connect(to: port, trusting: old).status == 0)
    #expect(server.stop().status == 0)
  }

  @Test func `trust is loaded anew as well`() throws {
    let server = try serve(["--client-ca", directory.path + "/ca.pem"])
    let port = try server.listeningPort()
    #expect(try connect(to: port, trusting: old, as: new).status == 1)
    try install(old, trusting: new)
    kill(server.process.processIdentifier, SIGHUP)
    _ = try #require(server.line(with: "certificates and trust are loaded anew"))
    #expect(try connect(to: port, trusting: old, as: new).status == 0)
    #expect(server.stop().status == 0)
  }

  @Test func `a certificate made for this run stays the same`() throws {
    let server = try Running(
      Command.memtls,
      ["tunnel", "exec:cat", "tcp-listen:127.0.0.1:0", "--as", "server"]
        + ["--self-signed", "localhost"],
      in: directory)
    let said = try #require(server.line(with: "--pin "))
    let pin = try #require(said.split(separator: " ").last)
    let port = try server.listeningPort()
    kill(server.process.processIdentifier, SIGHUP)
    _ = try #require(server.line(with: "certificates and trust are loaded anew"))
    let client = try Command.memtls(["client", "tcp:127.0.0.1:\(port)", "--pin", String(pin)])
    #expect(client.status == 0, "\(client.errors)")
    #expect(server.stop().status == 0)
  }

  private func install(_ credentials: Credentials, trusting other: Credentials? = nil) throws {
    let files = [
      (credentials.server, "server.pem"), (credentials.serverKey, "server.key.pem"),
      ((other ?? credentials).ca, "ca.pem"),
    ]
    for (source, name) in files {
      _ = try directory.write(try Data(contentsOf: URL(fileURLWithPath: source)), to: name)
    }
  }

  private func serve(_ options: [String]) throws -> Running {
    try Running(
      Command.memtls,
      ["tunnel", "exec:cat", "tcp-listen:127.0.0.1:0", "--as", "server"]
        + ["--cert", directory.path + "/server.pem", "--key", directory.path + "/server.key.pem"]
        + options,
      in: directory)
  }

  private func connect(
    to port: Int, trusting authority: Credentials, as client: Credentials? = nil
  ) throws -> Command {
    let identity = client.map { ["--cert", $0.client, "--key", $0.clientKey] } ?? []
    return try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)", "--ca", authority.ca] + identity,
      input: Data("hi\n".utf8))
  }
}
