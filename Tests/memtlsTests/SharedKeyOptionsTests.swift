import Foundation
import Testing

/// `--psk` and `--psk-file`.
@Suite struct SharedKeyOptionsTests {
  private let directory: TemporaryDirectory
  private let key = String(repeating: "0123456789abcdef", count: 4)

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: ["1.2", "1.3"])
  func `a key in files of both is enough, and told of by its name`(version: String) throws {
    let mine = try directory.write("# ours\n\nbox:1:\(key)\n", to: "mine")
    let all = try directory.write("other:\(String(key.reversed()))\r\nbox:1:\(key)\n", to: "all")
    let server = try serve(["--psk-file", all, "--tls", version, "-v"])
    let run = try connect(try server.listeningPort(), ["--psk-file", mine])
    #expect(run.status == 0 && run.output == "hello\n", "\(run.errors)")
    #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(", key box:1\n"))
    let ended = server.stop()
    #expect(ended.errors.contains(", key box:1, from 127.0.0.1:"))
  }

  @Test(
    .enabled(if: isInstalled("openssl"), "needs the openssl command"), arguments: ["1.2", "1.3"])
  func `s_client and s_server know the key too`(version: String) throws {
    let server = try serve(["--psk", "box:\(key)", "--tls", version])
    let options = ["-psk_identity", "box", "-psk", key]
    let peer = try Command.run(
      "openssl", ["s_client", "-connect", "127.0.0.1:\(try server.listeningPort())"] + options)
    #expect(peer.status == 0 && peer.output.contains("no peer certificate"), "\(peer.errors)")
    server.end()
    let port = try LoopbackSocket.freePort()
    let theirs = try Running(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:\(port)", "-nocert", "-rev"] + options
        + [version == "1.2" ? "-tls1_2" : "-tls1_3"], in: directory)
    defer { theirs.end() }
    try LoopbackSocket.waitForListener(on: port)
    let run = try connect(port, ["--psk", "box:\(key)"])
    #expect(run.status == 0 && run.output == "olleh\n", "\(run.errors)")
    #expect(run.errors.contains("TLSv\(version), ") && run.errors.contains(", key box\n"))
  }

  @Test(arguments: ["1.2", "1.3"])
  func `a wrong key and an unknown name are refused by both`(version: String) throws {
    let server = try serve(["--psk", "box:\(key)", "--tls", version])
    let port = try server.listeningPort()
    for other in ["box:\(String(key.reversed()))", "bux:\(key)"] {
      let run = try connect(port, ["--psk", other])
      #expect(run.status == 1 && run.output.isEmpty)
      #expect(run.errors.contains("memtls: handshake: "), "\(run.errors)")
    }
    let ended = server.stop()
    #expect(ended.errors.contains("served 2 connections, 2 failed"), "\(ended.errors)")
  }

  @Test func `a server that has no key is judged by its certificate`() throws {
    let credentials = try Credentials()
    let server = try credentials.serveTunnel()
    let port = try server.listeningPort()
    let trusting = try connect(port, ["--psk", "box:\(key)", "--ca", credentials.ca])
    #expect(trusting.status == 0 && trusting.errors.contains("peer CN=localhost"))
    let other = try connect(port, ["--psk", "box:\(key)", "--ca", try Credentials().ca])
    #expect(other.status == 1 && other.output.isEmpty)
    server.end()
  }

  @Test func `SIGHUP has the file read anew`() throws {
    let file = try directory.write("box:\(key)\n", to: "keys")
    let server = try serve(["--psk-file", file])
    let port = try server.listeningPort()
    _ = try directory.write("new:\(key)\n", to: "keys")
    kill(server.process.processIdentifier, SIGHUP)
    _ = try #require(server.line(with: "loaded anew"))
    #expect(try connect(port, ["--psk", "new:\(key)"]).status == 0)
    #expect(try connect(port, ["--psk", "box:\(key)"]).status == 1)
    server.end()
  }

  @Test func `a file is named with the line that is wrong, and no key is shown`() throws {
    let file = try directory.write("box:\(key)\nbad:\(key)0\n", to: "keys")
    let empty = try directory.write("# none\n", to: "empty")
    for (path, reason) in [
      (file, "\(file):2 is not name:hex with 16 to 256 bytes"), (empty, "no key in \(empty)"),
      ("/not/there", "cannot read /not/there"),
    ] {
      let run = try Command.memtls(["server", "exec:true", "--psk-file", path])
      #expect(run.status == 1 && run.errors == "memtls: \(reason)\n")
    }
  }

  @Test(arguments: ["box", "box:", ":0011", "box:001", "box:0011", "box:" + "0g"])
  func `a malformed key is bad usage`(key: String) throws {
    let run = try Command.memtls(["client", "tcp:h:1", "--psk", key])
    #expect(run.status == 2 && run.output.isEmpty)
    #expect(run.errors.contains("--psk") && run.errors.split(separator: "\n").count == 1)
  }

  private func serve(_ options: [String]) throws -> Running {
    try Running(
      Command.memtls, ["tunnel", "exec:cat", "tcp-listen:127.0.0.1:0", "--as", "server"] + options,
      in: directory)
  }

  private func connect(_ port: Int, _ options: [String]) throws -> Command {
    try Command.memtls(
      ["client", "tcp:127.0.0.1:\(port)"] + options, input: Data("hello\n".utf8))
  }
}
