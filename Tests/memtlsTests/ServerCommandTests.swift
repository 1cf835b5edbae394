import Foundation
import Testing

/// `memtls server` against curl and `openssl s_client`.
@Suite struct ServerCommandTests {
  private let credentials: Credentials
  private let page = Data("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nhi\n".utf8)

  init() throws { credentials = try Credentials() }

  @Test(
    .enabled(if: isInstalled("curl"), "needs curl"), arguments: ["--tlsv1.3", "--tls-max=1.2"])
  func `curl gets a page`(version: String) throws {
    let server = try serve([], input: page)
    let port = try server.listeningPort()
    let options = version.split(separator: "=").map(String.init)
    let curl = try Command.run(
      "curl",
      ["-sS", "--cacert", credentials.ca, "https://localhost:\(port)/page"] + options
        + ["--resolve", "localhost:\(port):127.0.0.1"])
    #expect(curl.status == 0 && curl.output == "hi\n", "\(curl.errors)")
    let run = server.finish()
    #expect(run.status == 0)
    #expect(run.output.hasPrefix("GET /page HTTP/1.1\r\n"))
    #expect(run.errors.contains("for localhost"))
    #expect(
      run.errors.contains("sent \(page.count) bytes, received \(run.output.utf8.count) bytes"))
  }

  @Test(.enabled(if: isInstalled("curl"), "needs curl"))
  func `a client certificate is required and named`() throws {
    let server = try serve(["--client-ca", credentials.ca], input: page)
    let port = try server.listeningPort()
    let curl = try Command.run(
      "curl",
      [
        "-sS", "--cacert", credentials.ca, "--cert", credentials.client, "--key",
        credentials.clientKey, "https://localhost:\(port)/", "--resolve",
        "localhost:\(port):127.0.0.1",
      ])
    #expect(curl.status == 0 && curl.output == "hi\n", "\(curl.errors)")
    let run = server.finish()
    #expect(run.status == 0)
    #expect(run.errors.contains("peer CN=user"))
  }

  @Test(.enabled(if: isInstalled("curl"), "needs curl"))
  func `a client without a certificate is refused, and both say so`() throws {
    let server = try serve(
      ["--client-ca", credentials.ca, "--client-auth", "require"], input: page)
    let port = try server.listeningPort()
    let curl = try Command.run(
      "curl",
      [
        "-sS", "--cacert", credentials.ca, "https://localhost:\(port)/", "--resolve",
        "localhost:\(port):127.0.0.1",
      ])
    #expect(curl.status != 0)
    #expect(curl.errors.contains("certificate required"), "\(curl.errors)")
    let run = server.finish()
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("peer sent no certificate"))
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
  func `a requested certificate may be missing`() throws {
    let server = try serve(
      ["--client-ca", credentials.ca, "--client-auth", "request"], input: page)
    let port = try server.listeningPort()
    let client = try Command.run(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", credentials.ca, "-quiet"])
    #expect(client.status == 0)
    #expect(client.output == String(decoding: page, as: UTF8.self))
    #expect(server.finish().status == 0)
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
  func `a name with control characters stays on its line`() throws {
    let server = try serve([], input: page)
    let port = try server.listeningPort()
    let client = try Command.run(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", credentials.ca, "-quiet",
        "-servername", "\u{1B}[31mevil\r\nmemtls: all is well",
      ])
    #expect(client.status == 0)
    let run = server.finish()
    let line = try #require(run.errors.split(separator: "\n").first { $0.contains("all is well") })
    #expect(line.hasPrefix("memtls: TLSv1.3"))
    #expect(line.contains("for \\u{1B}[31mevil\\u{D}\\u{A}memtls: all is well"))
  }

  @Test func `a client of another authority is refused with advice for servers`() throws {
    let other = try Credentials()
    let server = try serve(["--client-ca", other.ca], input: page)
    let port = try server.listeningPort()
    let client = try Command.memtls([
      "client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca, "--cert", credentials.client,
      "--key", credentials.clientKey,
    ])
    #expect(client.status == 1)
    let run = server.finish()
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("; give --client-ca FILE"), "\(run.errors)")
    #expect(!run.errors.contains("--pin") && !run.errors.contains("--ca "))
  }

  @Test func `a client that sends no TLS is quoted`() throws {
    let server = try serve([], input: page)
    let port = try server.listeningPort()
    let peer = try Command.run(
      "bash",
      ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'GET / HTTP/1.1\\r\\n' >&3; cat <&3"])
    #expect(peer.output.isEmpty)
    let run = server.finish()
    #expect(run.status == 1 && run.output.isEmpty)
    #expect(run.errors.contains("\"GET / HTTP/1.1\\r\\n\""), "\(run.errors)")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal ends a listener at once`(signal: Int32) throws {
    let server = try serve([], input: page)
    _ = try server.listeningPort()
    kill(server.process.processIdentifier, signal)
    let run = server.finish()
    #expect(run.status == 1)
    #expect(run.errors.contains("interrupted"))
  }

  @Test func `a signal ends a connection with close_notify, and the client ends cleanly`() throws {
    let server = try serve([], input: nil)
    let port = try server.listeningPort()
    let client = try Running(
      Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca], input: nil,
      in: credentials.directory)
    for end in [client, server] { _ = try #require(end.line(with: "TLSv1.3")) }
    kill(server.process.processIdentifier, SIGTERM)
    let interrupted = server.finish()
    #expect(interrupted.status == 1)
    #expect(interrupted.errors.contains("sent 0 bytes, received 0 bytes in "))
    #expect(interrupted.errors.hasSuffix("memtls: interrupted\n"))
    // The client's stdin is still open: there is nobody left to send it to.
    let ended = client.finish()
    #expect(ended.status == 0, "\(ended.errors)")
    #expect(ended.errors.contains("sent 0 bytes, received 0 bytes in "))
  }

  private func serve(_ options: [String], input: Data?) throws -> Running {
    let arguments = [
      "server", "tcp-listen:127.0.0.1:0", "--cert", credentials.server, "--key",
      credentials.serverKey,
    ]
    return try Running(
      Command.memtls, arguments + options, input: input, in: credentials.directory)
  }
}
