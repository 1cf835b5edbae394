import Foundation
import Testing

/// What `memtls identity` wrote, in use.
@Suite(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
struct IdentityPeerTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `the server's certificate is for the usual names and each that was asked for`() throws
  {
    try write(["--name", "*.example.org", "--name", "2001:db8::1", "--name", "localhost"])
    let shown = try openssl(["x509", "-noout", "-ext", "subjectAltName", "-in", path("server.pem")])
    #expect(
      shown.split(separator: "\n").last?.trimmingCharacters(in: .whitespaces)
        == "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:*.example.org, "
        + "IP Address:2001:DB8:0:0:0:0:0:1")
  }

  @Test(arguments: [("p256", "prime256v1"), ("rsa2048", "2048 bit"), ("ed25519", "ED25519")])
  func `the CA vouches for both, and every key is of the type asked for`(
    type: String, shown: String
  ) throws {
    try write(["--key", type])
    let verified = try openssl([
      "verify", "-x509_strict", "-CAfile", path("ca.pem"), path("server.pem"), path("client.pem"),
    ])
    #expect(verified == "\(path("server.pem")): OK\n\(path("client.pem")): OK\n")
    for file in ["ca.pem", "server.pem", "client.pem"] {
      let text = try openssl(["x509", "-noout", "-text", "-in", path(file)])
      #expect(text.contains(shown))
    }
  }

  @Test func `the certificates are valid for as many days as asked for`() throws {
    try write(["--days", "3"])
    for file in ["ca.pem", "server.pem", "client.pem"] {
      let check = ["x509", "-noout", "-in", path(file), "-checkend"]
      #expect(try Command.run("openssl", check + ["\(2 * 86400)"]).status == 0)
      #expect(try Command.run("openssl", check + ["\(3 * 86400)"]).status == 1)
    }
  }

  @Test func `a server and a client prove themselves to each other`() throws {
    try write([])
    let server = try serve(["--client-ca", path("ca.pem")])
    let client = try Command.memtls(
      [
        "client", "tcp:127.0.0.1:\(try server.listeningPort())", "--ca", path("ca.pem"),
        "--cert", path("client.pem"), "--key", path("client.key.pem"),
      ], input: Data("ping".utf8))
    #expect(client.status == 0 && client.output == "pong", "\(client.errors)")
    let run = server.finish()
    #expect(run.status == 0 && run.output == "ping", "\(run.errors)")
    #expect(run.errors.contains("peer CN=client"))
  }

  @Test(arguments: ["p256", "rsa2048", "ed25519"])
  func `s_client takes the server for who it is`(type: String) throws {
    try write(["--key", type, "--name", "server.example"])
    let server = try serve([])
    let client = try Command.run(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(try server.listeningPort())", "-CAfile",
        path("ca.pem"), "-verify_return_error", "-verify_hostname", "server.example", "-quiet",
      ])
    #expect(client.status == 0 && client.output == "pong", "\(client.errors)")
    #expect(server.finish().status == 0)
  }

  private func write(_ options: [String]) throws {
    let run = try Command.memtls(["identity", directory.path] + options)
    try #require(run.status == 0, "\(run.errors)")
  }

  private func path(_ file: String) -> String { directory.path + "/" + file }

  private func openssl(_ arguments: [String]) throws -> String {
    let run = try Command.run("openssl", arguments)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  private func serve(_ options: [String]) throws -> Running {
    let arguments = [
      "server", "tcp-listen:127.0.0.1:0", "--cert", path("server.pem"), "--key",
      path("server.key.pem"),
    ]
    return try Running(
      Command.memtls, arguments + options, input: Data("pong".utf8), in: directory)
  }
}
