import Foundation
import Testing

/// `memtls tunnel` with `openssl s_client` and `s_server` at the other end.
@Suite(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
struct OpenSSLTunnelTests {
  private let interop: Interop
  private var credentials: Credentials { interop.credentials }

  init() throws { interop = try Interop() }

  @Test(arguments: ["1.2", "1.3"], Interop.Proof.allCases)
  func `s_client gets back what it sends`(version: String, proof: Interop.Proof) throws {
    // With -quiet the end of its stdin is not the end of s_client, so ours has to end.
    let server = try interop.server(
      "exec:head -c 1048576", ["--tls", version, "--alpn", "b"], proof: proof)
    let identity = ["-cert", credentials.client, "-key", credentials.clientKey]
    let client = try interop.peer(
      ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(try server.listeningPort())"]
        + ["-CAfile", credentials.ca, "-verify_return_error", "-verify_ip", "127.0.0.1"]
        + ["-alpn", "a,b"] + (proof == .ofBoth ? identity : []))
    #expect(client.status == 0, "\(client.errors)")
    #expect(client.output == Interop.text)
    let run = server.finish()
    #expect(run.status == 0)
    #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(", ALPN b"))
    #expect(run.errors.contains("peer CN=user") == (proof == .ofBoth))
    #expect(run.errors.contains(Interop.moved), "\(run.errors)")
  }

  @Test(arguments: ["1.2", "1.3"], Interop.Proof.allCases)
  func `s_server receives what ours sends`(version: String, proof: Interop.Proof) throws {
    try withServer(proof, input: nil) { port, server in
      let run = try interop.client(
        of: port, "stdio", ["--tls", version, "--alpn", "a,b"], proof: proof
      ).finish()
      #expect(run.status == 0 && run.output.isEmpty, "\(run.errors)")
      #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(", ALPN b"))
      #expect(run.errors.contains("sent 1048576 bytes, received 0 bytes"))
      // It sees our close_notify and ends.
      let ended = server.finish()
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(ended.output == Interop.text)
    }
  }

  // It closes when its own stdin ends and does not read on, hence each way by itself.
  @Test(arguments: ["1.2", "1.3"], Interop.Proof.allCases)
  func `ours receives what s_server sends`(version: String, proof: Interop.Proof) throws {
    try withServer(proof, input: Interop.bytes) { port, _ in
      let run = try interop.client(
        of: port, "stdio", ["--tls", version, "--alpn", "b"], proof: proof, input: nil
      ).finish()
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == Interop.text)
      #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(", ALPN b"))
      #expect(run.errors.contains("sent 0 bytes, received 1048576 bytes"))
    }
  }

  @Test func `s_client is told that none of its protocols is ours`() throws {
    let server = try interop.server("exec:cat", ["--alpn", "b"])
    let client = try interop.peer(
      ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(try server.listeningPort())"]
        + ["-alpn", "a"])
    // RFC 7301 §3.2: "… the server SHALL send a fatal "no_application_protocol" alert."
    #expect(client.status == 1 && client.errors.contains("no application protocol"))
    #expect(client.output.isEmpty)
    let run = server.finish()
    #expect(run.status == 1 && run.errors.contains("memtls: handshake: "), "\(run.errors)")
  }

  /// Lets `openssl s_server` serve one connection with its stdin and stdout while the body runs.
  private func withServer(
    _ proof: Interop.Proof, input: Data?, _ body: (Int, Running) throws -> Void
  ) throws {
    let port = try LoopbackSocket.freePort()
    let verification = ["-Verify", "1", "-verify_return_error", "-CAfile", credentials.ca]
    // Without -nbio it can wait for the client to speak before it goes on to speak itself.
    try interop.withPeer(
      ["openssl", "s_server", "-quiet", "-nbio", "-accept", "127.0.0.1:\(port)", "-naccept", "1"]
        + ["-cert", credentials.server, "-key", credentials.serverKey, "-alpn", "b"]
        + (proof == .ofBoth ? verification : []), on: port, input: input
    ) { try body(port, $0) }
  }
}
