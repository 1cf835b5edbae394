import Foundation
import Testing

/// `memtls tunnel` between its own kind: what it carries, says and ends with.
@Suite struct TunnelCommandTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test(arguments: ["none", "u8", "u16", "u32", "u16le", "u32le", "netstring", "lines", "tds"])
  func `two tunnels carry bytes both ways, whatever the framing`(framing: String) throws {
    let server = try serve(["--framing", framing])
    let port = try server.listeningPort()
    let client = try Command.memtls(
      ["tunnel", "stdio", "tcp:127.0.0.1:\(port)", "--as", "client", "--ca", credentials.ca]
        + ["--framing", framing],
      input: Data("hello\n".utf8))
    #expect(client.status == 0 && client.output == "hello\n", "\(client.errors)")
    #expect(client.errors.hasPrefix("memtls: sent 6 bytes, received 6 bytes in "))
    let run = server.stop()
    #expect(run.status == 0)
    // The child behind it may not have ended yet, which makes the connection an interrupted one.
    #expect(run.errors.contains("served 1 connection"))
    #expect(run.errors.contains(", sent 6 bytes, received 6 bytes in "))
  }

  @Test func `a framing that the peer does not have is named, with both sizes`() throws {
    let server = try serve(["--framing", "tds"])
    let port = try server.listeningPort()
    let client = try connect(to: port, ["--framing", "u32"])
    #expect(client.status == 1)
    let run = server.stop()
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "#1: handshake: channel: the peer's framing: TDS packet of type 0x0, not 0x12 (127.0.0.1:"),
      "\(run.errors)")
    #expect(run.errors.contains("served 1 connection, 1 failed"))
  }

  @Test func `a local port leads to a TLS server`() throws {
    let server = try serve([])
    let local = try Running(
      Command.memtls,
      ["tunnel", "tcp-listen:127.0.0.1:0", "tcp:127.0.0.1:\(try server.listeningPort())"]
        + ["--as", "client", "--ca", credentials.ca],
      in: credentials.directory)
    let port = try local.listeningPort()
    for word in ["one", "two"] {
      let said = try Command.run(
        "bash",
        ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); echo \(word) >&3; head -n 1 <&3"])
      #expect(said.output == "\(word)\n")
    }
    let run = local.stop()
    #expect(run.errors.contains("served 2 connections"))
    #expect(run.errors.contains(", sent 8 bytes, received 8 bytes in "))
    #expect(server.stop().status == 0)
  }

  @Test func `the plain side is not opened before the handshake is done`() throws {
    let server = try serve(["--client-ca", credentials.ca], plain: "exec:touch opened")
    let port = try server.listeningPort()
    #expect(try connect(to: port, []).status == 1)
    let run = server.stop()
    #expect(run.errors.contains("#1: handshake: ") && !run.errors.contains("touch"))
  }

  @Test func `once ends with the status of the one connection`() throws {
    for (plain, status) in [("exec:cat", Int32(0)), ("exec:false", 1), ("exec:/not/there", 1)] {
      let server = try serve(["--once"], plain: plain)
      _ = try connect(to: try server.listeningPort(), [])
      let run = server.finish()
      #expect(run.status == status, "\(run.errors)")
      if status == 1 { #expect(run.errors.contains(plain.dropFirst(5)), "\(run.errors)") }
    }
  }

  @Test func `v says what was negotiated, one line a connection, and vv the flights`() throws {
    let server = try serve(["-v"])
    let port = try server.listeningPort()
    for _ in 0..<2 { #expect(try connect(to: port, []).status == 0) }
    let lines = server.stop().errors.split(separator: "\n").filter { $0.contains("#") }
    #expect(lines.count == 2)
    #expect(
      lines.allSatisfy {
        $0.contains(": TLSv1.3, TLS_AES_128_GCM_SHA256, x25519, from 127.0.0.1:")
      })

    let loud = try serve(["-vv"])
    #expect(try connect(to: try loud.listeningPort(), []).status == 0)
    let run = loud.stop()
    let flights = run.errors.split(separator: "\n").filter { $0.contains("→") }
    #expect(flights.count >= 4)
    #expect(flights.first?.contains("#1: client → server: ") == true)
    #expect(flights.first?.hasSuffix(" bytes in 1 record: ClientHello") == true)
    #expect(flights.last?.hasSuffix("close_notify") == true, "\(flights)")
  }

  @Test func `what was quiet for the idle timeout is closed, and the client told so`() throws {
    let server = try serve(["--idle-timeout", "0.2"])
    let port = try server.listeningPort()
    let client = try Running(
      Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca], input: nil,
      in: credentials.directory)
    let ended = client.finish()
    #expect(ended.status == 0, "\(ended.errors)")
    let run = server.stop()
    #expect(run.errors.contains("#1: nothing moved for 0.2 seconds"), "\(run.errors)")
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `a signal closes every connection with close_notify`(signal: Int32) throws {
    let server = try serve(["-v"])
    let port = try server.listeningPort()
    let clients = try (0..<3).map { _ in
      try Running(
        Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca], input: nil,
        in: credentials.directory)
    }
    // The server is the last to know that a handshake is done.
    for number in 1...3 { _ = try #require(server.line(with: "#\(number): TLSv1.3")) }
    kill(server.process.processIdentifier, signal)
    let run = server.finish()
    #expect(run.status == 0)
    #expect(run.errors.contains("served 3 connections, 3 interrupted, sent 0 bytes"))
    #expect(!run.errors.contains(": interrupted"), "\(run.errors)")
    for client in clients { #expect(client.finish().status == 0) }
  }

  @Test func `more connections than allowed wait for their turn`() throws {
    let server = try serve(["--max-connections", "1"])
    let port = try server.listeningPort()
    let first = try Running(
      Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca], input: nil,
      in: credentials.directory)
    _ = try #require(first.line(with: "TLSv1.3"))
    let second = try Running(
      Command.memtls, ["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca],
      input: Data("second\n".utf8), in: credentials.directory)
    kill(first.process.processIdentifier, SIGTERM)
    #expect(first.finish().status == 1)
    #expect(second.finish().output == "second\n")
    #expect(server.stop().errors.contains("served 2 connections"))
  }

  private func serve(_ options: [String], plain: String = "exec:cat") throws -> Running {
    try credentials.serveTunnel(plain, options)
  }

  private func connect(to port: Int, _ options: [String]) throws -> Command {
    try Command.memtls(["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca] + options)
  }
}
