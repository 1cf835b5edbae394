import Foundation
import Testing

/// `memtls` on both ends of a Unix socket.
@Suite struct UnixSocketTests {
  private let credentials: Credentials
  private var path: String { credentials.directory.path + "/s" }

  init() throws { credentials = try Credentials() }

  @Test func `a megabyte each way, and the file is gone at the end`() throws {
    let upward = String(repeating: "upward\n", count: 150_000)
    let downward = String(repeating: "downward\n", count: 120_000)
    let server = try serve("unix-listen:\(path)", input: Data(downward.utf8))
    #expect(server.line(with: "listening") == "memtls: listening on \(path)")
    let client = try call("unix:\(path)", input: Data(upward.utf8)).finish()
    #expect(client.status == 0, "\(client.errors)")
    #expect(client.output == downward)
    let run = server.finish()
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == upward)
    #expect(!exists)
  }

  @Test func `a client may listen and a server call`() throws {
    let client = try call("unix-listen:\(path)", input: Data("ping".utf8))
    _ = try #require(client.line(with: "listening on \(path)"))
    let server = try serve("unix:\(path)", input: Data("pong".utf8)).finish()
    #expect(server.status == 0 && server.output == "ping", "\(server.errors)")
    let run = client.finish()
    #expect(run.status == 0 && run.output == "pong", "\(run.errors)")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal ends a listener at once, and its file is gone`(signal: Int32) throws {
    let server = try serve("unix-listen:\(path)")
    _ = try #require(server.line(with: "listening"))
    #expect(exists)
    kill(server.process.processIdentifier, signal)
    let run = server.finish()
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("memtls: interrupted\n"))
    #expect(!exists)
  }

  @Test func `the file of one that was killed is replaced`() throws {
    let killed = try serve("unix-listen:\(path)")
    _ = try #require(killed.line(with: "listening"))
    kill(killed.process.processIdentifier, SIGKILL)
    _ = killed.finish()
    #expect(exists)
    #expect(try call("unix:\(path)").finish().errors.contains("\(path): Connection refused"))
    let server = try serve("unix-listen:\(path)")
    _ = try #require(server.line(with: "listening"))
    #expect(try call("unix:\(path)").finish().status == 0)
    #expect(server.finish().status == 0)
    #expect(!exists)
  }

  @Test func `a second server is refused, and the first goes on`() throws {
    let first = try serve("unix-listen:\(path)")
    _ = try #require(first.line(with: "listening"))
    let second = try serve("unix-listen:\(path)").finish()
    #expect(second.status == 1)
    #expect(
      second.errors == "memtls: cannot listen on unix-listen:\(path): already in use\n")
    #expect(try call("unix:\(path)").finish().status == 0)
    #expect(first.finish().status == 0)
  }

  private var exists: Bool { FileManager.default.fileExists(atPath: path) }

  private func serve(_ channel: String, input: Data = Data()) throws -> Running {
    try Running(
      Command.memtls,
      ["server", channel, "--cert", credentials.server, "--key", credentials.serverKey],
      input: input, in: credentials.directory)
  }

  private func call(_ channel: String, input: Data = Data()) throws -> Running {
    try Running(
      Command.memtls, ["client", channel, "--servername", "localhost", "--ca", credentials.ca],
      input: input, in: credentials.directory)
  }
}
