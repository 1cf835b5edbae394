import Foundation
import MemoryTLSTransport
import SystemPackage
import Testing

@testable import memtls

@Suite struct ListenerTests {
  @Test func `port 0 is a free port, and the listener says which`() throws {
    let listener = try listener("tcp-listen:127.0.0.1:0")
    let port = try listener.port
    #expect(port != 0 && listener.description == "127.0.0.1:\(port)")
    try expectConnection(to: "tcp:127.0.0.1:\(port)", of: listener)
  }

  @Test(.enabled(if: hasIPv6, "needs IPv6"))
  func `an IPv6 address stands in brackets`() throws {
    let listener = try listener("tcp-listen:[::1]:0")
    #expect(listener.description == "[::1]:\(try listener.port)")
    try expectConnection(to: "tcp:\(listener)", of: listener)
  }

  @Test(.enabled(if: hasIPv6, "needs IPv6"))
  func `a name of both families is listened on with one port`() throws {
    let both = try ["127.0.0.1", "::1"].flatMap { try Address.resolve(.init(host: $0, port: 0)) }
    let listener = try Listener(onAllOf: both, host: "localhost")
    let port = try listener.port
    #expect(listener.description == "localhost:\(port)")
    for host in ["127.0.0.1", "[::1]", "127.0.0.1", "[::1]", "[::1]"] {
      try expectConnection(to: "tcp:\(host):\(port)", of: listener)
    }
  }

  @Test func `a caller at one address is not starved by many at another`() throws {
    let hosts = ["127.0.0.1", "127.0.0.2"]
    let addresses = try hosts.flatMap { try Address.resolve(.init(host: $0, port: 0)) }
    let listener = try Listener(onAllOf: addresses, host: "here")
    let port = try listener.port
    let callers = try [0, 0, 0, 0, 1].map { try connect("tcp:\(hosts[$0]):\(port)") }
    let taken = try (0..<2).map { _ in try listener.accepted() }
    let called = try taken.map { try Address(of: $0).bytes }
    #expect(Set(called).count == 2)
    for socket in callers + taken { try socket.close() }
  }

  @Test func `an address that is taken does not keep the next one from being used`() throws {
    let first = try listener("tcp-listen:127.0.0.1:0")
    let taken = try Address.loopback.withPort(first.port)
    let free = try #require(Address.resolve(.init(host: "127.0.0.2", port: 0)).first)
    let second = try Listener(onAllOf: [taken, free.withPort(first.port)], host: "here")
    try expectConnection(to: "tcp:127.0.0.2:\(first.port)", of: second)
    #expect(throws: Errno.addressInUse) { try Listener(onAllOf: [taken], host: "here") }
  }

  @Test func `a busy port is a failure that names the channel`() throws {
    let first = try listener("tcp-listen:127.0.0.1:0")
    let failure = try #require(throws: CommandFailure.self) {
      try listener("tcp-listen:\(first)")
    }
    #expect(failure == .failed("cannot listen on tcp-listen:\(first): Address already in use"))
  }

  @Test func `more wait than are taken at once`() throws {
    let listener = try listener("tcp-listen:127.0.0.1:0")
    let callers = try (0..<100).map { _ in try connect("tcp:\(listener)") }
    for _ in callers { try listener.accepted().close() }
    for caller in callers { try caller.close() }
  }

  @Test func `an interruption goes before a connection that waits`() throws {
    let listener = try listener("tcp-listen:127.0.0.1:0")
    let caller = try connect("tcp:\(listener)")
    let interrupter = try Interrupter()
    interrupter.interrupt()
    #expect(throws: WaitFailure.interrupted) { try listener.accept(interrupter: interrupter) }
    interrupter.reset()
    try listener.accept(interrupter: interrupter).close()
    try caller.close()
  }

  @Test(.enabled(if: isInstalled("prlimit"), "needs prlimit"))
  func `without descriptors a connection waits until there are some again`() throws {
    let directory = try TemporaryDirectory()
    let credentials = try Credentials()
    let path = directory.path + "/s"
    let server = try Running(
      Command.memtls,
      [
        "server", "unix-listen:\(path)", "--cert", credentials.server, "--key",
        credentials.serverKey,
      ],
      in: directory)
    _ = try #require(server.line(with: "listening on"))
    try limit(server, to: "3:")
    let client = try Running(
      Command.memtls,
      ["client", "unix:\(path)", "--servername", "localhost", "--ca", credentials.ca],
      in: directory)
    #expect(
      server.line(with: "wait") == "memtls: new connections have to wait: Too many open files")
    try limit(server, to: "1000:")
    #expect(client.finish().status == 0)
    #expect(server.finish().status == 0)
  }

  /// Sets the soft limit of descriptors of a program that runs.
  private func limit(_ program: Running, to limits: String) throws {
    let run = try Command.run(
      "prlimit", ["--pid", "\(program.process.processIdentifier)", "--nofile=\(limits)"])
    #expect(run.status == 0, "\(run.errors)")
  }

  private func listener(_ text: String) throws -> Listener { try Listener(Channel(parsing: text)) }

  private func connect(_ text: String) throws -> FileDescriptor {
    try Socket.connect(
      to: Channel(parsing: text), until: .now + .seconds(60), interrupter: Interrupter())
  }

  private func expectConnection(to text: String, of listener: Listener) throws {
    let here = try connect(text)
    let there = try listener.accepted()
    try here.close()
    try there.close()
  }

  private static let hasIPv6 = (try? Listener(Channel(parsing: "tcp-listen:[::1]:0"))) != nil
}
