import Foundation
import MemoryTLS
import MemoryTLSFlights
import Testing

/// `--record` and `--record-secrets`.
@Suite struct RecordOptionsTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `a handshake's recording says all that made it`() throws {
    let run = try handshake(["--seed", "7", "--alpn", "h2,x y", "--mutual", "--capacity", "600"])
    #expect(run.status == 0, "\(run.errors)")
    let log = try log("a.flights")
    #expect(
      run.errors == "memtls: recorded 3 flights, \(log.byteCount) bytes, in \(path("a.flights"))\n")
    let metadata = log.metadata
    #expect(metadata.openssl == OpenSSLVersion.text && metadata.role == .both)
    #expect(metadata.clientSeed == 7 && metadata.serverSeed == ~7 && metadata.identity == 7)
    #expect(metadata.time == 1_700_000_000 && metadata.serverName == "localhost")
    #expect(metadata.options == ["--alpn 'h2,x y'", "--capacity 600", "--mutual"])
    #expect(metadata.keyLog == [] && log.flights[0].messages == ["ClientHello"])
  }

  @Test func `the same seed gives the same file`() throws {
    for file in ["a.flights", "b.flights"] {
      #expect(try handshake(["--seed", "1", "--resume", "--early-data", "hi"], file).status == 0)
    }
    #expect(try text("a.flights") == text("b.flights"))
    // Whoever knows the seed knows every key.
    #expect(try mode("a.flights") == 0o600)
    #expect(try log("a.flights").flights[0].notes.contains(.write(Array("hi".utf8))))
  }

  @Test func `without a seed neither secrets nor plaintext are there unless asked for`() throws {
    #expect(try handshake(["--early-data", "hidden"]).status == 0)
    #expect(try !text("a.flights").contains("hidden"))
    #expect(try !log("a.flights").hasPlaintext && mode("a.flights") == 0o644)
    #expect(try handshake(["--early-data", "x", "--record-secrets"], "b.flights").status == 0)
    let log = try log("b.flights")
    #expect(log.hasPlaintext && log.metadata.keyLog.count == 7)
    #expect(try mode("b.flights") == 0o600)
  }

  @Test func `both ends of a connection record the same bytes`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--once", "--record", path("s.flights")])
    let client = try client(try server.listeningPort(), ["--record", path("c.flights")])
    #expect(client.status == 0, "\(client.errors)")
    #expect(client.errors.contains("memtls: recorded "))
    #expect(server.finish().status == 0)
    let (ours, theirs) = (try log("c.flights"), try log("s.flights"))
    for direction in Direction.allCases {
      #expect(ours.sent(direction) == theirs.sent(direction))
      #expect(!ours.sent(direction).isEmpty)
    }
    #expect(ours.metadata.role == .client && theirs.metadata.role == .server)
    #expect(ours.metadata.endpoints == theirs.metadata.endpoints)
    #expect(ours.metadata.endpoints?.hasSuffix(":\(try server.listeningPort())") == true)
    #expect(ours.flights.allSatisfy { $0.time != nil } && !ours.hasPlaintext)
  }

  @Test func `secrets of a connection are kept when asked for`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--once"])
    let options = ["--record", path("c.flights"), "--record-secrets"]
    #expect(try client(try server.listeningPort(), options).status == 0)
    #expect(server.finish().status == 0)
    let log = try log("c.flights")
    #expect(log.metadata.keyLog.count == 5)
    #expect(log.flights.flatMap(\.notes).contains(.write(Array("hello\n".utf8))))
    #expect(try mode("c.flights") == 0o600)
  }

  @Test func `connections of a listener have numbered files`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--record", path("s.flights")])
    for _ in 0..<2 { #expect(try client(try server.listeningPort()).status == 0) }
    #expect(server.stop().status == 0)
    for file in ["s.1.flights", "s.2.flights"] { #expect(try log(file).metadata.role == .server) }
  }

  @Test func `a failed handshake is recorded, its alert too`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--once"])
    let run = try client(
      try server.listeningPort(), ["--servername", "example.org", "--record", path("c.flights")])
    #expect(run.status == 1)
    _ = server.finish()
    #expect(try log("c.flights").flights.last?.messages.last == "alert bad_certificate")
  }

  @Test func `what exists is left alone, and it is said at once`() throws {
    _ = try credentials.directory.write("mine", to: "a.flights")
    let run = try handshake([])
    #expect(run.status == 1 && run.output == "")
    #expect(
      run.errors == "memtls: \(path("a.flights")) exists already; --record makes a new file\n")
    #expect(try text("a.flights") == "mine")
  }

  @Test(arguments: [
    (["--record-secrets"], "--record-secrets without --record"),
    (["--record", ""], "--record '' is no file"),
    (["--record", "-"], "--record makes a file, so it cannot be -"),
    (
      ["--record", "x", "--sweep"], "--record is for a wire that works, not for --fault and --sweep"
    ),
  ])
  func `options that make no sense are named`(_ options: [String], reason: String) throws {
    let run = try Command.memtls(["handshake"] + options)
    #expect(run.status == 2 && run.errors.hasPrefix("memtls: \(reason)"))
  }

  private func handshake(_ options: [String], _ file: String = "a.flights") throws -> Command {
    try Command.memtls(["handshake", "--record", path(file)] + options)
  }

  private func client(_ port: Int, _ options: [String] = []) throws -> Command {
    try Running(
      Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca] + options,
      input: Data("hello\n".utf8), in: credentials.directory
    ).finish()
  }

  private func path(_ file: String) -> String { credentials.directory.path + "/" + file }

  private func text(_ file: String) throws -> String {
    try String(contentsOfFile: path(file), encoding: .utf8)
  }

  private func log(_ file: String) throws -> FlightLog { try FlightLog(text: text(file)) }

  private func mode(_ file: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path(file))
    return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
  }
}

extension FlightLog {
  fileprivate var hasPlaintext: Bool { flights.flatMap(\.notes).contains { $0.message == nil } }

  fileprivate func sent(_ direction: Direction) -> [UInt8] {
    flights.filter { $0.direction == direction }.flatMap(\.bytes)
  }
}
