import Foundation
import MemoryTLSTesting
import Testing

/// `--self-signed`, on either side.
@Suite struct SelfSignedTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test(arguments: ["1.2", "1.3"])
  func `the pin that the server says is enough for a client`(version: String) throws {
    let server = try serve(as: "localhost")
    let pin = try server.announcedPin(of: "localhost")
    let client = try connect(to: server, ["--pin", pin, "--tls", version])
    #expect(client.status == 0 && client.output == "pong", "\(client.errors)")
    let run = server.finish()
    #expect(run.status == 0 && run.output == "ping", "\(run.errors)")
  }

  @Test func `the name is in the certificate, for those who look at it too`() throws {
    for (expected, status) in [("server.example", Int32(0)), ("localhost", 1)] {
      let server = try serve(as: "server.example")
      let pin = try server.announcedPin(of: "server.example")
      let client = try connect(to: server, ["--pin", pin, "--servername", expected])
      #expect(client.status == status, "\(client.errors)")
      #expect(server.finish().status == status)
    }
  }

  @Test func `without its pin the certificate is refused with advice`() throws {
    let server = try serve(as: "127.0.0.1")
    let client = try connect(to: server, [])
    #expect(client.status == 1 && client.output.isEmpty)
    #expect(client.errors.contains("or --pin its SHA-256"), "\(client.errors)")
    let run = server.finish()
    #expect(run.status == 1 && run.output.isEmpty)
  }

  @Test(
    .enabled(if: isInstalled("openssl"), "needs the openssl command"),
    arguments: [
      ("localhost", "DNS:localhost"), ("192.0.2.1", "IP Address:192.0.2.1"),
      (longName, "DNS:\(longName)"),
    ])
  func `the certificate is for that name alone, and what was said is its SHA-256`(
    name: String, shown: String
  ) throws {
    let server = try serve(as: name)
    let pin = try server.announcedPin(of: name)
    let peer = ["s_client", "-connect", "127.0.0.1:\(try server.listeningPort())", "-showcerts"]
    let client = try Command.run("openssl", peer)
    #expect(server.finish().status == 0)
    let file = try credentials.directory.write(client.output, to: "shown.pem")
    let names = try inspect(file, "-ext", "subjectAltName")
    #expect(names.split(separator: "\n").last?.trimmingCharacters(in: .whitespaces) == shown)
    let digest = try inspect(file, "-fingerprint", "-sha256")
    #expect(digest.filter { $0 != ":" }.hasSuffix("Fingerprint=\(pin)\n"))
  }

  @Test func `the certificate in a file is an authority for itself`() throws {
    let itself = try TestIdentity.selfSigned(.server, names: [.address("127.0.0.1")])
    let file = try credentials.directory.write(
      itself.chainPEM + itself.privateKeyPEM(), to: "both.pem")
    let server = try serve(["--cert", file])
    let client = try connect(to: server, ["--ca", file])
    #expect(client.status == 0 && client.output == "pong", "\(client.errors)")
    #expect(server.finish().status == 0)
  }

  @Test func `a client presents one, and says its SHA-256`() throws {
    let server = try serve([
      "--cert", credentials.server, "--key", credentials.serverKey, "--client-ca", credentials.ca,
    ])
    let client = try connect(to: server, ["--ca", credentials.ca, "--self-signed", "user.example"])
    #expect(client.errors.hasPrefix("memtls: certificate for user.example, its SHA-256 is "))
    #expect(!client.errors.contains("--pin"))
    let run = server.finish()
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("CN=user.example"), "\(run.errors)")
    #expect(run.errors.contains("give --client-ca FILE if you trust this certificate"))
  }

  /// 253 bytes, which no common name can hold.
  private static let longName = String(repeating: "sixty-three-bytes.", count: 14) + "x"

  private func inspect(_ file: String, _ options: String...) throws -> String {
    try Command.run("openssl", ["x509", "-in", file, "-noout"] + options).output
  }

  private func serve(as name: String) throws -> Running { try serve(["--self-signed", name]) }

  private func serve(_ options: [String]) throws -> Running {
    try Running(
      Command.memtls, ["server", "tcp-listen:127.0.0.1:0"] + options, input: Data("pong".utf8),
      in: credentials.directory)
  }

  private func connect(to server: Running, _ options: [String]) throws -> Command {
    let channel = "tcp:127.0.0.1:\(try server.listeningPort())"
    return try Command.memtls(["client", channel] + options, input: Data("ping".utf8))
  }
}

extension Running {
  /// What it says that others can expect it with.
  fileprivate func announcedPin(of name: String) throws -> String {
    let found = try #require(line(with: "certificate for \(name), expect it with --pin "))
    return try #require(found.split(separator: " ").last.map(String.init))
  }
}
