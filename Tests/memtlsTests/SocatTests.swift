import Foundation
import Testing

/// `memtls tunnel` with socat, which speaks TLS at the other end or none on the plain side.
@Suite(.enabled(if: isInstalled("socat"), "needs socat"))
struct SocatTests {
  private let interop: Interop

  init() throws { interop = try Interop() }

  @Test(arguments: ["1.2", "1.3"], Interop.Proof.allCases)
  func `socat's client gets back what it sends`(version: String, proof: Interop.Proof) throws {
    let server = try interop.server("exec:cat", ["--tls", version], proof: proof)
    let socat = try call(server, proof)
    #expect(socat.status == 0, "\(socat.errors)")
    #expect(socat.output == Interop.text)
    let run = server.finish()
    #expect(run.status == 0)
    #expect(run.errors.contains("TLSv\(version), "), "\(run.errors)")
    #expect(run.errors.contains("peer CN=user") == (proof == .ofBoth))
    #expect(run.errors.contains(Interop.moved), "\(run.errors)")
  }

  @Test(arguments: ["1.2", "1.3"], Interop.Proof.allCases)
  func `socat's server gives back what ours sends`(version: String, proof: Interop.Proof) throws {
    try withSocat(verifying: proof) { port, socat in
      let run = try interop.client(of: port, "stdio", ["--tls", version], proof: proof).finish()
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == Interop.text)
      #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(Interop.moved))
      #expect(socat.finish().status == 0)
    }
  }

  @Test(arguments: ["1.2", "1.3"])
  func `socat's client is refused without a certificate`(version: String) throws {
    let server = try interop.server("exec:cat", ["--tls", version], proof: .ofBoth)
    let socat = try call(server, .ofServer)
    #expect(socat.output.isEmpty)
    // In TLS 1.3 the refusal comes when socat takes the handshake for done: it does not say so.
    if version == "1.2" { #expect(socat.status == 1) }
    let run = server.finish()
    #expect(run.status == 1)
    #expect(run.errors.contains("handshake: peer sent no certificate"), "\(run.errors)")
  }

  @Test(arguments: ["1.2", "1.3"])
  func `ours is refused by socat's server without a certificate`(version: String) throws {
    try withSocat(verifying: .ofBoth) { port, socat in
      let run = try interop.client(of: port, "stdio", ["--tls", version]).finish()
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains("peer gave up with alert "), "\(run.errors)")
      let ended = socat.finish()
      #expect(ended.status == 1)
      #expect(ended.errors.contains("peer did not return a certificate"), "\(ended.errors)")
    }
  }

  @Test func `socat's client leaves a server of another name`() throws {
    let server = try interop.server()
    let socat = try call(server, .ofServer, expecting: "example.org")
    #expect(socat.status == 1 && socat.output.isEmpty)
    // It says no more than goodbye: names are looked at when the handshake is done.
    let run = server.finish()
    #expect(run.status == 0 && run.errors.contains("sent 0 bytes, received 0 bytes"))
  }

  @Test func `socat is the plain side of two tunnels, on Unix sockets`() throws {
    let directory = interop.credentials.directory
    let (front, back) = (directory.path + "/front", directory.path + "/back")
    let echo = try Running(
      "socat", ["-d", "-d", "-t30", "UNIX-LISTEN:\(back)", "EXEC:cat"], in: directory)
    defer { echo.end() }
    _ = try #require(echo.line(with: "listening on"))
    let server = try interop.server("unix:\(back)")
    let client = try interop.client(
      of: try server.listeningPort(), "unix-listen:\(front)", ["--once"])
    _ = try #require(client.line(with: "listening on \(front)"))
    let socat = try interop.peer(["socat", "-t30", "-", "UNIX-CONNECT:\(front)"])
    #expect(socat.status == 0 && socat.output == Interop.text, "\(socat.errors)")
    for run in [client.finish(), server.finish()] {
      #expect(run.status == 0 && run.errors.contains(Interop.moved), "\(run.errors)")
    }
    #expect(echo.finish().status == 0)
  }

  /// Sends the text with socat and takes what comes back.
  private func call(
    _ server: Running, _ proof: Interop.Proof, expecting name: String = "localhost"
  ) throws -> Command {
    let credentials = interop.credentials
    let identity = proof == .ofBoth ? ",cert=\(credentials.clientBoth)" : ""
    return try interop.peer([
      "socat", "-t30", "-",
      "OPENSSL:127.0.0.1:\(try server.listeningPort()),cafile=\(credentials.ca),"
        + "commonname=\(name)" + identity,
    ])
  }

  /// Lets socat serve one connection with cat while the body runs.
  private func withSocat(
    verifying proof: Interop.Proof, _ body: (Int, Running) throws -> Void
  ) throws {
    let credentials = interop.credentials
    let port = try LoopbackSocket.freePort()
    let verification = proof == .ofBoth ? "verify=1,cafile=\(credentials.ca)" : "verify=0"
    let address =
      "OPENSSL-LISTEN:\(port),bind=127.0.0.1,reuseaddr,cert=\(credentials.serverBoth),"
      + verification
    try interop.withPeer(["socat", "-t30", address, "EXEC:cat"], on: port) { socat in
      try body(port, socat)
    }
  }
}
