import Foundation
import Testing

/// `--sess-out` and `--sess-in`.
@Suite struct SessionFileTests {
  private let credentials: Credentials
  private var file: String { credentials.directory.path + "/session.pem" }

  init() throws { credentials = try Credentials() }

  @Test(
    .enabled(if: isInstalled("openssl"), "needs the openssl command"), arguments: ["1.2", "1.3"])
  func `a client resumes at s_server what it kept`(version: String) throws {
    try credentials.withServer(["-rev"]) { port in
      let first = try client(port, ["--sess-out", file, "--tls", version])
      #expect(first.status == 0 && !first.errors.contains("resumed"), "\(first.errors)")
      let second = try client(port, ["--sess-in", file, "--tls", version])
      #expect(second.status == 0 && second.output == "olleh\n")
      #expect(second.errors.contains("TLSv\(version), ") && second.errors.contains(", resumed, "))
    }
  }

  @Test(
    .enabled(if: isInstalled("openssl"), "needs the openssl command"), arguments: ["1.2", "1.3"])
  func `the file is its owner's alone and what openssl calls a session`(version: String) throws {
    try credentials.withServer(["-rev"]) { port in
      _ = try client(port, ["--sess-out", file, "--tls", version])
      #expect(try mode(of: file) == 0o600)
      let shown = try Command.run("openssl", ["sess_id", "-in", file, "-noout", "-text"])
      #expect(shown.output.contains("Protocol  : TLSv\(version)"))
      let others = try FileManager.default.contentsOfDirectory(atPath: credentials.directory.path)
      #expect(others.filter { $0.hasPrefix("session.pem") } == ["session.pem"])
    }
  }

  @Test func `with both options the file stays fresh, from the first time on`() throws {
    let server = try credentials.serveTunnel()
    let port = try server.listeningPort()
    let first = try client(port, ["--sess-in", file, "--sess-out", file])
    #expect(first.errors.contains("memtls: no session in \(file) yet: full handshake\n"))
    var kept = try Data(contentsOf: URL(fileURLWithPath: file))
    for _ in 0..<2 {
      let next = try client(port, ["--sess-in", file, "--sess-out", file])
      #expect(next.status == 0 && next.errors.contains(", resumed, "), "\(next.errors)")
      let newer = try Data(contentsOf: URL(fileURLWithPath: file))
      #expect(newer != kept)
      kept = newer
    }
    #expect(server.stop().status == 0)
  }

  @Test func `a ticket that comes with data is kept while the connection goes on`() throws {
    let server = try credentials.serveTunnel("system:echo hi; cat")
    let running = try Running(
      Command.memtls,
      ["client", "tcp:127.0.0.1:\(try server.listeningPort())", "--ca", credentials.ca]
        + ["--sess-out", file],
      input: nil, in: credentials.directory)
    #expect(eventually { FileManager.default.fileExists(atPath: file) })
    #expect(running.process.isRunning)
    #expect(running.stop().output == "hi\n")
    server.end()
  }

  @Test func `connections of a tunnel resume one after the other`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["-v"])
    let port = try server.listeningPort()
    _ = try client(port, ["--sess-out", file])
    let local = try Running(
      Command.memtls,
      ["tunnel", "tcp-listen:127.0.0.1:0", "tcp:127.0.0.1:\(port)", "--as", "client", "-v"]
        + ["--ca", credentials.ca, "--sess-in", file],
      in: credentials.directory)
    let entrance = try local.listeningPort()
    for number in 1...3 {
      let said = try Command.run(
        "bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(entrance); echo a >&3; head -n 1 <&3"])
      #expect(said.output == "a\n")
      let line = try #require(local.line(with: "#\(number): TLSv1.3"))
      #expect(line.contains(", resumed, "))
    }
    #expect(local.stop().status == 0)
    server.end()
  }

  @Test func `a session that has expired is noted, and the handshake is full`() throws {
    let server = try credentials.serveTunnel()
    let port = try server.listeningPort()
    _ = try client(port, ["--sess-out", file])
    try age(file)
    let run = try client(port, ["--sess-in", file])
    #expect(run.status == 0 && run.output == "hello\n")
    #expect(run.errors.contains("memtls: the session in \(file) has expired: full handshake\n"))
    #expect(server.stop().status == 0)
  }

  @Test func `a session of another server is not offered to this one`() throws {
    let server = try credentials.serveTunnel()
    let port = try server.listeningPort()
    _ = try client(port, ["--sess-out", file])
    let run = try client(port, ["--sess-in", file, "--servername", "localhost"])
    #expect(run.status == 0)
    #expect(run.errors.contains("the session in \(file) was not resumed: full handshake\n"))
    #expect(server.stop().status == 0)
  }

  @Test func `a server that gives no session is told of`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--tickets", "0"])
    let run = try client(try server.listeningPort(), ["--sess-out", file])
    #expect(run.status == 0)
    #expect(run.errors.contains("memtls: the server gave no session for \(file)\n"))
    #expect(server.stop().status == 0)
  }

  @Test func `what is no session is a failure before anything is opened`() throws {
    let text = try credentials.directory.write("no session", to: "text")
    let run = try client(1, ["--sess-in", text])
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("memtls: \(text) holds no session: "))
    let absent = try client(1, ["--sess-in", file])
    #expect(absent.status == 1 && absent.errors == "memtls: cannot read \(file)\n")
    let nowhere = try client(1, ["--sess-out", "/not/there/session.pem"])
    #expect(nowhere.status == 1)
    #expect(
      nowhere.errors == "memtls: cannot write /not/there/session.pem: No such file or directory\n")
  }

  private func client(_ port: Int, _ options: [String]) throws -> Command {
    try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca] + options,
      input: Data("hello\n".utf8))
  }

  /// Puts the session's time into the year 2001 (`SSL_SESSION_it`: `[1] EXPLICIT INTEGER`).
  private func age(_ file: String) throws {
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    var bytes = try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined()))
    let tag = try #require(bytes.firstRange(of: Data([0xA1, 0x06, 0x02, 0x04])))
    bytes.replaceSubrange(tag.upperBound..<tag.upperBound + 4, with: [0x3B, 0x9A, 0xCA, 0x00])
    try bytes.write(to: URL(fileURLWithPath: file))
  }
}

/// The permissions of a file.
func mode(of file: String) throws -> Int? {
  let attributes = try FileManager.default.attributesOfItem(atPath: file)
  return (attributes[.posixPermissions] as? NSNumber)?.intValue
}
