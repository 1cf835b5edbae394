import Foundation
import MemoryTLS
import MemoryTLSTesting
import Testing

/// `--ocsp`, `--ocsp-response`, `--crl` and `--crl-check`.
@Suite struct RevocationOptionsTests {
  private let directory: TemporaryDirectory
  private let authority: TestIdentity
  private let server: TestIdentity
  private let client: TestIdentity

  init() throws {
    directory = try TemporaryDirectory()
    authority = try TestIdentity.authority()
    let names: [Certificate.Name] = [.dns("localhost"), .address("127.0.0.1")]
    server = try authority.issue(.server, "localhost", names: names)
    client = try authority.issue(.client, "user")
    _ = try directory.write(authority.rootPEM, to: "ca.pem")
    for (name, identity) in [("server", server), ("client", client)] {
      _ = try directory.write(
        identity.privateKeyPEM() + identity.chainPEM, to: "\(name).pem")
    }
  }

  @Test(arguments: ["request", "require"])
  func `a response that is stapled and good is told of`(wanted: String) throws {
    let response = try write(authority.ocspResponse(for: server), "good.der")
    let served = try serve(["--ocsp-response", response])
    let run = try connect(try served.listeningPort(), ["--ocsp", wanted])
    #expect(run.status == 0 && run.errors.contains(", OCSP good, "), "\(run.errors)")
    #expect(served.finish().status == 0)
  }

  @Test func `who says revoked is refused, and both say so`() throws {
    let response = try write(authority.ocspResponse(for: server, status: .revoked), "bad.der")
    let served = try serve(["--ocsp-response", response])
    let run = try connect(try served.listeningPort(), ["--ocsp", "request"])
    #expect(run.status == 1 && run.errors.contains("certificate revoked"), "\(run.errors)")
    #expect(served.finish().status == 1)
  }

  @Test func `a server without a response may go without, if none is required`() throws {
    let free = try serve([])
    let request = try connect(try free.listeningPort(), ["--ocsp", "request"])
    #expect(request.status == 0 && !request.errors.contains("OCSP"), "\(request.errors)")
    let strict = try serve([])
    let require = try connect(try strict.listeningPort(), ["--ocsp", "require"])
    #expect(require.status == 1 && require.errors.contains("no OCSP response was stapled"))
    for run in [free, strict] { run.end() }
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
  func `s_client reads what is stapled, and a client what s_server staples`() throws {
    let response = try write(authority.ocspResponse(for: server), "good.der")
    let served = try serve(["--ocsp-response", response])
    let peer = try Command.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(try served.listeningPort())", "-status"]
        + ["-CAfile", path("ca.pem")])
    #expect(peer.output.contains("Cert Status: good"))
    served.end()
    let port = try LoopbackSocket.freePort()
    let theirs = try Running(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", path("server.pem"), "-rev"]
        + ["-status_file", response],
      in: directory)
    defer { theirs.end() }
    try LoopbackSocket.waitForListener(on: port)
    let run = try connect(port, ["--ocsp", "require"])
    #expect(run.status == 0 && run.errors.contains(", OCSP good, "), "\(run.errors)")
  }

  @Test(arguments: [[], ["--crl-check", "leaf"], ["--crl-check", "chain"]])
  func `a server on a list is refused`(options: [String]) throws {
    let clean = try write(authority.revocationList(), "clean.crl")
    let bad = try write(authority.revocationList(revoking: [server]), "bad.crl")
    let good = try serve([])
    #expect(try connect(try good.listeningPort(), ["--crl", clean] + options).status == 0)
    #expect(good.finish().status == 0)
    let revoked = try serve([])
    let run = try connect(try revoked.listeningPort(), ["--crl", bad] + options)
    #expect(run.status == 1 && run.errors.contains("certificate revoked"), "\(run.errors)")
    revoked.end()
  }

  @Test func `a client on a list is refused`() throws {
    let bad = try write(authority.revocationList(revoking: [client]), "bad.crl")
    let served = try serve(["--client-ca", path("ca.pem"), "--crl", bad])
    let run = try connect(try served.listeningPort(), ["--cert", path("client.pem")])
    #expect(run.status == 1 && run.errors.contains("certificate_revoked"), "\(run.errors)")
    let ended = served.finish()
    #expect(ended.status == 1 && ended.errors.contains("certificate revoked"), "\(ended.errors)")
  }

  @Test func `a file that is no such thing is named`() throws {
    let text = try directory.write("text", to: "text")
    for option in ["--crl", "--ocsp-response"] {
      for file in [text, "/not/there"] {
        let run =
          option == "--crl"
          ? try connect(1, [option, file])
          : try Command.memtls(["server", "exec:true", "--cert", path("server.pem"), option, file])
        #expect(run.status == 1 && run.errors.contains(file), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count == 1)
      }
    }
  }

  private func serve(_ options: [String]) throws -> Running {
    try Running(
      Command.memtls,
      ["tunnel", "exec:cat", "tcp-listen:127.0.0.1:0", "--as", "server", "--once"]
        + ["--cert", path("server.pem")] + options,
      in: directory)
  }

  private func connect(_ port: Int, _ options: [String]) throws -> Command {
    try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)", "--ca", path("ca.pem")] + options,
      input: Data("hello\n".utf8))
  }

  private func write(_ bytes: [UInt8], _ name: String) throws -> String {
    try directory.write(Data(bytes), to: name)
  }

  private func path(_ name: String) -> String { directory.path + "/" + name }
}
