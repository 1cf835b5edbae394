import Foundation
import Testing

/// Many who connect and say nothing.
@Suite struct SilentPeerTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `a good client is served while a hundred are silent, and a signal ends all`() throws {
    let server = try credentials.serveTunnel("exec:cat", ["--handshake-timeout", "600"])
    let silent = try connect(100, to: server)
    try expectService(by: server)
    #expect(!silent.contains { $0.isReadable })
    let run = server.stop()
    #expect(run.status == 0 && silent.allSatisfy(hasEnded))
    // The good one has been served, and may still wait for its child to end.
    let summaries = [100, 101].map { "served 101 connections, \($0) interrupted, " }
    #expect(summaries.contains { run.errors.contains($0) }, "\(run.errors)")
  }

  @Test func `a hundred silent peers are gone after the handshake timeout, each in a line`() throws
  {
    let server = try credentials.serveTunnel("exec:cat", ["--handshake-timeout", "1"])
    let silent = try connect(100, to: server)
    try expectService(by: server)
    #expect(silent.allSatisfy(hasEnded))
    let run = server.stop()
    for number in 1...100 {
      let lines = run.errors.split(separator: "\n").filter { $0.contains("#\(number): ") }
      #expect(lines.count == 1 && lines[0].contains("handshake: timed out"), "\(lines)")
    }
    #expect(run.errors.contains("served 101 connections, 100 failed, "), "\(run.errors)")
  }

  private func connect(_ count: Int, to server: Running) throws -> [LoopbackSocket] {
    let port = try server.listeningPort()
    return try (0..<count).map { _ in try LoopbackSocket.connect(to: port) }
  }

  private func expectService(by server: Running) throws {
    let client = try Command.memtls(
      ["client", "tcp:127.0.0.1:\(try server.listeningPort())", "--ca", credentials.ca],
      input: Data("hello\n".utf8))
    #expect(client.status == 0 && client.output == "hello\n", "\(client.errors)")
  }

  private func hasEnded(_ socket: LoopbackSocket) -> Bool {
    defer { socket.close() }
    var block = [UInt8](repeating: 0, count: 16)
    return socket.receive(into: &block) == 0
  }
}
