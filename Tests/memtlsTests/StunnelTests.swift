import Foundation
import Testing

/// `memtls tunnel` with stunnel at the other end.
@Suite(.enabled(if: isInstalled("stunnel"), "needs stunnel"))
struct StunnelTests {
  private let interop: Interop
  private var credentials: Credentials { interop.credentials }

  init() throws { interop = try Interop() }

  @Test(arguments: ["1.2", "1.3"], Interop.Proof.allCases)
  func `stunnel's server gives back what ours sends`(version: String, proof: Interop.Proof) throws {
    try withServer(verifying: proof) { port in
      let run = try interop.client(of: port, "stdio", ["--tls", version], proof: proof).finish()
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output == Interop.text)
      #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(Interop.moved))
    }
  }

  @Test func `many go one after another through ours to stunnel's server`() throws {
    try withServer(verifying: .ofBoth) { port in
      let client = try interop.client(of: port, "tcp-listen:127.0.0.1:0", proof: .ofBoth)
      try expectCalls(through: client.listeningPort())
      let run = client.stop()
      #expect(run.status == 0)
      expectCalls(in: run)
    }
  }

  @Test(arguments: Interop.Proof.allCases)
  func `many go one after another through stunnel's client to ours`(proof: Interop.Proof) throws {
    let server = try interop.server(proof: proof, connections: .many)
    try withClient(of: server, expecting: "localhost") { port in
      try expectCalls(through: port)
      let run = server.stop()
      #expect(run.status == 0, "\(run.errors)")
      // stunnel resumes its sessions, client certificates and all.
      #expect(run.errors.contains(", resumed, "), "\(run.errors)")
      let named = run.errors.split(separator: "\n").filter { $0.contains("peer CN=user") }
      #expect(named.count == (proof == .ofBoth ? 20 : 0))
      expectCalls(in: run)
    }
  }

  @Test(arguments: ["1.2", "1.3"])
  func `ours is refused by stunnel's server without a certificate`(version: String) throws {
    try withServer(verifying: .ofBoth) { port in
      let run = try interop.client(of: port, "stdio", ["--tls", version]).finish()
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains("peer gave up with alert "), "\(run.errors)")
    }
  }

  @Test func `stunnel's client refuses a server of another name, and ours says so`() throws {
    let server = try interop.server()
    try withClient(of: server, expecting: "example.org") { port in
      let heard = try say(["hello"], through: port)
      #expect(heard.isEmpty)
      let run = server.finish()
      #expect(run.status == 1)
      #expect(run.errors.contains("handshake: peer gave up with alert "), "\(run.errors)")
    }
  }

  @Test func `a stunnel that is killed is a truncation`() throws {
    try withServer(verifying: .ofServer) { port, stunnel in
      let local = try interop.client(of: port, "tcp-listen:127.0.0.1:0", ["--once"])
      let plain = try LoopbackSocket.connect(to: local.listeningPort())
      defer { plain.close() }
      _ = try #require(local.line(with: "TLSv1.3"))
      plain.send(10)
      #expect(plain.receive(10) == 10)
      stunnel.end()
      let run = local.finish()
      #expect(run.status == 1)
      #expect(run.errors.contains("sent 10 bytes, received 10 bytes"))
      #expect(run.errors.contains("memtls: input ended without close_notify"), "\(run.errors)")
    }
  }

  /// Twenty callers, one after another, that each get their word back.
  private func expectCalls(through port: Int) throws {
    let words = (1...20).map { "\($0)" }
    let heard = try say(words, through: port)
    #expect(heard == words)
  }

  /// What a tunnel says of them. The last one may still be saying goodbye when the tunnel is ended.
  private func expectCalls(in run: Command) {
    #expect(run.errors.contains("served 20 connections, "), "\(run.errors)")
    #expect(run.errors.contains("sent 51 bytes, received 51 bytes in "))
    #expect(!run.errors.contains("failed"))
  }

  /// What comes back of each word, said in a connection of its own.
  private func say(_ words: [String], through port: Int) throws -> [String] {
    let script = """
      for word in \(words.joined(separator: " ")); do
        exec 3<>/dev/tcp/127.0.0.1/\(port); echo $word >&3; head -n 1 <&3; exec 3>&-
      done
      """
    return try Command.run("bash", ["-c", script]).output.split(separator: "\n").map(String.init)
  }

  /// Lets stunnel serve connections with cat while the body runs.
  private func withServer(
    verifying proof: Interop.Proof, _ body: (Int, Running) throws -> Void
  ) throws {
    let port = try LoopbackSocket.freePort()
    let verification = "CAfile=\(credentials.ca)\nverifyChain=yes\nrequireCert=yes"
    let configuration = try credentials.stunnel(
      """
      accept=127.0.0.1:\(port)
      exec=/bin/cat
      cert=\(credentials.serverBoth)
      \(proof == .ofBoth ? verification : "")
      """)
    try interop.withPeer(["stunnel", configuration], on: port) { try body(port, $0) }
  }

  private func withServer(verifying proof: Interop.Proof, _ body: (Int) throws -> Void) throws {
    try withServer(verifying: proof) { port, _ in try body(port) }
  }

  /// Lets stunnel lead a plain port to a server of ours while the body runs.
  private func withClient(
    of server: Running, expecting name: String, _ body: (Int) throws -> Void
  ) throws {
    let port = try LoopbackSocket.freePort()
    let configuration = try credentials.stunnel(
      """
      client=yes
      accept=127.0.0.1:\(port)
      connect=127.0.0.1:\(try server.listeningPort())
      cert=\(credentials.clientBoth)
      CAfile=\(credentials.ca)
      verifyChain=yes
      checkHost=\(name)
      """)
    try interop.withPeer(["stunnel", configuration], on: port) { _ in try body(port) }
  }
}
