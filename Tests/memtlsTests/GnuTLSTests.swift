import Foundation
import Testing

/// `memtls tunnel` with GnuTLS, through its own commands, at the other end.
struct GnuTLSTests {
  private let interop: Interop
  private var credentials: Credentials { interop.credentials }

  init() throws { interop = try Interop() }

  @Test(
    .enabled(if: isInstalled("gnutls-cli"), "needs gnutls-cli"), arguments: ["1.2", "1.3"],
    Interop.Proof.allCases)
  func `gnutls-cli gets back what it sends`(version: String, proof: Interop.Proof) throws {
    let server = try interop.server("exec:cat", ["--tls", version, "--alpn", "echo"], proof: proof)
    let identity = ["--x509certfile", credentials.client, "--x509keyfile", credentials.clientKey]
    let cli = try call(
      server, trusting: credentials, ["--alpn", "echo"] + (proof == .ofBoth ? identity : []))
    #expect(cli.status == 0, "\(cli.errors)")
    #expect(cli.output == Interop.text)
    let run = server.finish()
    #expect(run.status == 0)
    #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(", ALPN echo"))
    #expect(run.errors.contains("peer CN=user") == (proof == .ofBoth))
    #expect(run.errors.contains(Interop.moved), "\(run.errors)")
  }

  @Test(.enabled(if: isInstalled("gnutls-cli"), "needs gnutls-cli"))
  func `gnutls-cli refuses an unknown authority, and ours says so`() throws {
    let server = try interop.server()
    let cli = try call(server, trusting: try Credentials())
    #expect(cli.status == 1 && cli.output.isEmpty)
    let run = server.finish()
    #expect(run.status == 1)
    #expect(run.errors.contains("handshake: peer gave up with alert "), "\(run.errors)")
  }

  // gnutls-serv echoes whole lines of text alone; the text is that.
  @Test(
    .enabled(if: isInstalled("gnutls-serv"), "needs gnutls-serv"), arguments: ["1.2", "1.3"],
    Interop.Proof.allCases)
  func `gnutls-serv echoes what ours sends`(version: String, proof: Interop.Proof) throws {
    try withServer(["--echo"], proof) { port in
      let run = try interop.client(of: port, "stdio", ["--tls", version], proof: proof).finish()
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == Interop.text)
      #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(Interop.moved))
    }
  }

  @Test(.enabled(if: isInstalled("gnutls-serv"), "needs gnutls-serv"), arguments: ["1.2", "1.3"])
  func `gnutls-serv tells a page what it negotiated with ours`(version: String) throws {
    try withServer(["--http"], .ofBoth) { port in
      let request = Data("GET / HTTP/1.0\r\n\r\n".utf8)
      let run = try interop.client(
        of: port, "stdio", ["--tls", version], proof: .ofBoth, input: request
      ).finish()
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.hasPrefix("HTTP/1.0 200 OK\r\n"))
      #expect(run.output.contains("TLS\(version)"), "\(run.output)")
      #expect(run.errors.contains("received \(run.output.utf8.count) bytes"))
    }
  }

  @Test(.enabled(if: isInstalled("gnutls-serv"), "needs gnutls-serv"), arguments: ["1.2", "1.3"])
  func `gnutls-serv refuses ours without a certificate`(version: String) throws {
    try withServer(["--echo"], .ofBoth) { port in
      let run = try interop.client(of: port, "stdio", ["--tls", version]).finish()
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains("peer gave up with alert "), "\(run.errors)")
    }
  }

  /// Sends the text with gnutls-cli and takes what comes back: its own talk goes to the log.
  private func call(
    _ server: Running, trusting trusted: Credentials, _ options: [String] = []
  ) throws -> Command {
    try interop.peer(
      ["gnutls-cli", "--logfile=/dev/null", "--x509cafile", trusted.ca, "127.0.0.1"]
        + ["--port", "\(try server.listeningPort())"] + options)
  }

  /// Lets gnutls-serv serve connections while the body runs.
  private func withServer(
    _ service: [String], _ proof: Interop.Proof, _ body: (Int) throws -> Void
  ) throws {
    let port = try LoopbackSocket.freePort()
    let verification = ["--require-client-cert", "--verify-client-cert"]
    // Its stderr would fill: it says every line that it echoes.
    try interop.withPeer(
      [
        "sh", "-c", "exec \"$0\" \"$@\" 2>/dev/null", "gnutls-serv", "--port", "\(port)",
        "--x509cafile", credentials.ca,
      ]
        + ["--x509certfile", credentials.server, "--x509keyfile", credentials.serverKey]
        + service + (proof == .ofBoth ? verification : ["--disable-client-cert"]), on: port
    ) { _ in try body(port) }
  }
}
