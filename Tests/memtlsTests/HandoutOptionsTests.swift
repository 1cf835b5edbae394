import Foundation
import Testing

/// What servers hand out: `--tickets`, `--ticket-key`.
@Suite struct HandoutOptionsTests {
  private let credentials: Credentials
  private var session: String { credentials.directory.path + "/session.pem" }

  init() throws { credentials = try Credentials() }

  @Test func `servers with one ticket key are one server`() throws {
    let key = try key("key", 1)
    #expect(try visit(["--ticket-key", key], ["--sess-out", session]).status == 0)
    let run = try visit(["--ticket-key", key], ["--sess-in", session])
    #expect(run.status == 0 && run.errors.contains(", resumed, "), "\(run.errors)")
  }

  @Test func `an older key opens tickets, an unknown one does not`() throws {
    let (old, new) = (try key("old", 1), try key("new", 2))
    #expect(try visit(["--ticket-key", old], ["--sess-out", session]).status == 0)
    let unknown = try visit(["--ticket-key", new], ["--sess-in", session])
    #expect(unknown.status == 0 && !unknown.errors.contains(", resumed, "))
    let older = try visit(["--ticket-key", new, "--ticket-key", old], ["--sess-in", session])
    #expect(older.status == 0 && older.errors.contains(", resumed, "), "\(older.errors)")
  }

  @Test func `SIGHUP has the ticket keys read anew`() throws {
    let key = try key("key", 1)
    let server = try credentials.serveTunnel("exec:cat", ["--ticket-key", key])
    let port = try server.listeningPort()
    #expect(try client(port, ["--sess-out", session]).status == 0)
    #expect(try client(port, ["--sess-in", session]).errors.contains(", resumed, "))
    _ = try self.key("key", 2)
    kill(server.process.processIdentifier, SIGHUP)
    _ = try #require(server.line(with: "loaded anew"))
    #expect(try !client(port, ["--sess-in", session]).errors.contains(", resumed, "))
    #expect(server.stop().status == 0)
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"), arguments: [0, 3])
  func `as many tickets are sent as are asked for`(count: Int) throws {
    let server = try credentials.serveTunnel("exec:echo hello", ["--tickets", "\(count)"])
    let peer = try Command.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(try server.listeningPort())", "-ign_eof", "-msg"]
        + ["-CAfile", credentials.ca])
    #expect(peer.output.components(separatedBy: ", NewSessionTicket").count - 1 == count)
    server.end()
  }

  @Test func `a ticket key of another size or nowhere is named`() throws {
    let short = try credentials.directory.write(Data(repeating: 1, count: 48), to: "short")
    let server = [
      "server", "exec:true", "--cert", credentials.server, "--key", credentials.serverKey,
    ]
    let run = try Command.memtls(server + ["--ticket-key", short])
    #expect(run.status == 1)
    #expect(run.errors == "memtls: \(short) has 48 bytes; a ticket key has 80\n")
    let absent = try Command.memtls(server + ["--ticket-key", "/not/there"])
    #expect(absent.status == 1 && absent.errors == "memtls: cannot read /not/there\n")
  }

  private func key(_ name: String, _ byte: UInt8) throws -> String {
    try credentials.directory.write(Data(repeating: byte, count: 80), to: name)
  }

  /// One connection to a server of its own.
  private func visit(_ serving: [String], _ options: [String]) throws -> Command {
    let server = try credentials.serveTunnel("exec:cat", ["--once"] + serving)
    let run = try client(try server.listeningPort(), options)
    #expect(server.finish().status == 0)
    return run
  }

  private func client(_ port: Int, _ options: [String]) throws -> Command {
    try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca] + options,
      input: Data("hello\n".utf8))
  }
}
