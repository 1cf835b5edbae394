import Foundation
import Testing

/// `--early-data`.
@Suite struct EarlyDataTests {
  private let credentials: Credentials
  private var file: String { credentials.directory.path + "/session.pem" }

  init() throws { credentials = try Credentials() }

  @Test func `the first of stdin arrives before the handshake is done`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--early-data", "1000", "-v"])
    let port = try server.listeningPort()
    let first = try client(port, "hello\n", ["--early-data", "--sess-out", file])
    #expect(first.output == "hello\n")
    #expect(first.errors.contains("memtls: no session that allows early data: none is sent\n"))
    let second = try client(port, "hello\n", ["--early-data"])
    #expect(second.status == 0 && second.output == "hello\n")
    #expect(second.errors.contains(", resumed, 6 bytes of early data accepted, "))
    #expect(second.errors.contains("memtls: sent 6 bytes, received 6 bytes in "))
    let run = server.stop()
    #expect(
      run.errors.contains("#2: TLSv1.3, TLS_AES_128_GCM_SHA256, x25519, resumed, 6 bytes of "))
    // The child behind it may not have ended yet, which makes the connection an interrupted one.
    #expect(run.errors.contains(", sent 12 bytes, received 12 bytes in "))
  }

  @Test func `what is more than the server takes early follows in order`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--early-data", "1000"])
    let port = try server.listeningPort()
    _ = try client(port, "a", ["--sess-out", file])
    let run = try client(port, Interop.text, ["--early-data"])
    #expect(run.status == 0 && run.output == Interop.text)
    #expect(run.errors.contains(", 1000 bytes of early data accepted, "), "\(run.errors)")
    #expect(run.errors.contains(Interop.moved))
    #expect(server.stop().status == 0)
  }

  @Test func `what is sent a second time with one session is rejected, and sent later`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--early-data", "1000", "-v"])
    let port = try server.listeningPort()
    _ = try client(port, "a", ["--sess-out", file])
    _ = try client(port, "hello\n", ["--early-data"])
    let again = try client(port, "hello\n", ["--early-data"])
    #expect(again.status == 0 && again.output == "hello\n")
    #expect(again.errors.contains(", 6 bytes of early data rejected, "))
    #expect(again.errors.contains("memtls: sent 6 bytes, received 6 bytes in "))
    #expect(
      server.stop().errors.contains("#3: TLSv1.3, TLS_AES_128_GCM_SHA256, x25519, early data rej"))
  }

  @Test func `a server that takes none gives sessions that allow none`() throws {
    let server = try credentials.serveTunnel()
    let port = try server.listeningPort()
    _ = try client(port, "a", ["--sess-out", file])
    let run = try client(port, "hello\n", ["--early-data"])
    #expect(run.status == 0 && run.output == "hello\n")
    #expect(run.errors.contains("memtls: no session that allows early data: none is sent\n"))
    #expect(run.errors.contains(", resumed, "))
    #expect(server.stop().status == 0)
  }

  @Test func `an empty stdin sends none`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--early-data", "1000"])
    let port = try server.listeningPort()
    _ = try client(port, "a", ["--sess-out", file])
    let run = try client(port, "", ["--early-data"])
    #expect(run.status == 0 && !run.errors.contains("early data"), "\(run.errors)")
    #expect(server.stop().status == 0)
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
  func `s_client's early data is taken`() throws {
    let server = try credentials.serveTunnel("exec:head -n 1", ["--early-data", "1000", "-v"])
    let port = try server.listeningPort()
    let early = try credentials.directory.write("early\n", to: "early")
    for (options, input) in [
      (["-sess_out", file], "hello\n"), (["-sess_in", file, "-early_data", early], ""),
    ] {
      let peer = try Command.run(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", credentials.ca, "-ign_eof"]
          + options,
        input: Data(input.utf8))
      #expect(peer.output.contains(input.isEmpty ? "early\n" : "hello\n"), "\(peer.errors)")
    }
    #expect(server.stop().errors.contains(", resumed, 6 bytes of early data accepted, "))
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
  func `s_server takes ours`() throws {
    let port = try LoopbackSocket.freePort()
    let server = try Running(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", credentials.server, "-key"]
        + [credentials.serverKey, "-early_data", "-naccept", "2", "-quiet"],
      input: nil, in: credentials.directory)
    defer { server.end() }
    try LoopbackSocket.waitForListener(on: port)
    _ = try client(port, "a\n", ["--sess-out", file])
    let run = try client(port, "hello\n", ["--early-data"])
    #expect(run.errors.contains(", 6 bytes of early data accepted, "), "\(run.errors)")
    #expect(server.finish().output.contains("hello\n"))
  }

  private func client(_ port: Int, _ input: String, _ options: [String]) throws -> Command {
    let session =
      options.contains("--sess-out") && !options.contains("--early-data")
      ? [] : ["--sess-in", file]
    return try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca] + session + options,
      input: Data(input.utf8))
  }
}
