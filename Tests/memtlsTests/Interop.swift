import Foundation
import Testing

/// A tunnel of ours at one end of TLS, and a program of another make at the other.
struct Interop {
  let credentials: Credentials

  init() throws { credentials = try Credentials() }

  /// Who proves itself with a certificate.
  enum Proof: CaseIterable {
    case ofServer
    case ofBoth
  }

  /// How many connections a server of ours serves: it ends after one, with its status.
  enum Connections {
    case one
    case many
  }

  /// What goes each way: a mebibyte of text in lines of 64 bytes, none like another.
  static let text = (10_000..<26_384).map { String(repeating: "\($0) ", count: 10) + "...\n" }
    .joined()
  static var bytes: Data { Data(text.utf8) }

  /// What a tunnel says that has carried the text both ways.
  static let moved = "sent 1048576 bytes, received 1048576 bytes in "

  /// Starts a tunnel of ours that listens as the server.
  func server(
    _ plain: String = "exec:cat", _ options: [String] = [], proof: Proof = .ofServer,
    connections: Connections = .one, input: Data = Data()
  ) throws -> Running {
    let identity = ["--cert", credentials.server, "--key", credentials.serverKey]
    let trust = proof == .ofBoth ? ["--client-ca", credentials.ca] : []
    let once = connections == .one ? ["--once"] : []
    return try tunnel(
      [plain, "tcp-listen:127.0.0.1:0", "--as", "server"] + identity + trust + once + options,
      input: input)
  }

  /// Starts a tunnel of ours that is the client of a peer.
  func client(
    of port: Int, _ plain: String = "stdio", _ options: [String] = [], proof: Proof = .ofServer,
    input: Data? = bytes
  ) throws -> Running {
    let identity = ["--cert", credentials.client, "--key", credentials.clientKey]
    return try tunnel(
      [plain, "tcp:127.0.0.1:\(port)", "--as", "client", "--ca", credentials.ca]
        + (proof == .ofBoth ? identity : []) + options,
      input: input)
  }

  /// Runs a peer of another make to its end.
  func peer(_ words: [String], input: Data = bytes) throws -> Command {
    try Running(words[0], Array(words.dropFirst()), input: input, in: credentials.directory)
      .finish()
  }

  /// Lets a peer listen on a port while the body runs. `input` is what stands on its stdin; nil for a
  /// stdin that stays open and empty.
  func withPeer(
    _ words: [String], on port: Int, input: Data? = Data(), _ body: (Running) throws -> Void
  ) throws {
    let peer = try Running(
      words[0], Array(words.dropFirst()), input: input, in: credentials.directory)
    defer { peer.end() }
    try LoopbackSocket.waitForListener(on: port)
    try body(peer)
  }

  private func tunnel(_ arguments: [String], input: Data? = Data()) throws -> Running {
    try Running(
      Command.memtls, ["tunnel", "-v"] + arguments, input: input, in: credentials.directory)
  }
}
