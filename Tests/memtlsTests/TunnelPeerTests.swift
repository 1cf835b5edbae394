import Foundation
import Testing

/// How a tunnel tells one side what became of the other. Each was seen to go wrong.
@Suite(.enabled(if: isInstalled("python3"), "needs python3")) struct TunnelPeerTests {
  private let credentials: Credentials

  init() throws { credentials = try Credentials() }

  @Test func `an answer reaches a peer that has ended its side of the socket`() throws {
    let server = try serve("system:cat >/dev/null; echo late answer", [])
    let peer = try python(
      """
      tls = start()
      tls.write(b"question"); pump()
      try: tls.unwrap()
      except ssl.SSLWantReadError: pass
      pump(); raw.shutdown(socket.SHUT_WR)
      while (data := raw.recv(65536)): incoming.write(data)
      print(tls.read().decode(), end="")
      """, port: try server.listeningPort())
    #expect(peer.status == 0 && peer.output == "late answer\n", "\(peer.errors)")
    #expect(server.finish().status == 0)
  }

  @Test func `a plain side that breaks is no clean end for the peer`() throws {
    let listener = try LoopbackSocket.listen(on: 0)
    let server = try serve("tcp:127.0.0.1:\(try listener.port)", [])
    let peer = Thread {
      guard let backend = try? listener.accept() else { return }
      backend.reset()
    }
    peer.start()
    let client = try Command.memtls(
      ["client", "tcp:127.0.0.1:\(try server.listeningPort())", "--ca", credentials.ca])
    #expect(client.status == 1 && client.errors.contains("without close_notify"))
    let run = server.finish()
    #expect(run.status == 1 && run.errors.contains("tcp:127.0.0.1:"), "\(run.errors)")
    listener.close()
  }

  @Test func `only what can be opened again is opened for a second connection`() throws {
    let server = try Running(
      Command.memtls, tunnel("stdio", []), input: Data("for the first\n".utf8),
      in: credentials.directory)
    let port = try server.listeningPort()
    let first = try Command.memtls(["client", "tcp:127.0.0.1:\(port)", "--ca", credentials.ca])
    #expect(first.output == "for the first\n")
    #expect(server.finish().status == 0)
  }

  @Test func `a listener goes on when nobody reads what it says`() throws {
    let script = """
      exec 3< <('\(Command.memtls)' \(tunnel("exec:cat", ["--max-connections", "9"])
        .map { "'\($0)'" }.joined(separator: " ")) 2>&1 >/dev/null & echo "pid $!" ; wait)
      read -r _ pid <&3; read -r line <&3; exec 3<&-
      port=${line##*:}
      for n in 1 2 3; do (exec 4<>/dev/tcp/127.0.0.1/$port; echo 'no TLS' >&4; cat <&4 >/dev/null); done
      echo hello | '\(Command.memtls)' client tcp:127.0.0.1:$port --ca '\(credentials.ca)' 2>/dev/null
      kill -TERM $pid
      """
    let run = try Command.run("bash", ["-c", script])
    #expect(run.output == "hello\n", "\(run.errors)")
  }

  @Test func `the status of a child explains a handshake that failed`() throws {
    let run = try Command.memtls(["client", "exec:sh -c 'exit 42'", "--insecure"])
    #expect(run.status == 1)
    #expect(run.errors.hasSuffix("; sh ended with status 42\n"), "\(run.errors)")
  }

  @Test func `a child's status is known though SIGCHLD was ignored`() throws {
    let run = try Command.run(
      "bash",
      [
        "-c",
        "trap '' CHLD; exec '\(Command.memtls)' client \"exec:sh -c 'exit 42'\" --insecure",
      ])
    #expect(run.status == 1 && run.errors.contains("status 42"), "\(run.errors)")
  }

  @Test func `a child does not hold what the plain side has inherited`() throws {
    let script =
      "exec 5</dev/null 6>/dev/null; exec '\(Command.memtls)' tunnel fd:5,6 "
      + "\"system:ls -l /proc/self/fd | grep -c /dev/null >&2\" --as client --insecure"
    let run = try Command.run("bash", ["-c", script])
    #expect(run.errors.split(separator: "\n").first == "0", "\(run.errors)")
  }

  private func tunnel(_ plain: String, _ options: [String]) -> [String] {
    ["tunnel", plain, "tcp-listen:127.0.0.1:0", "--as", "server", "--cert", credentials.server]
      + ["--key", credentials.serverKey] + options
  }

  private func serve(_ plain: String, _ options: [String]) throws -> Running {
    try Running(
      Command.memtls, tunnel(plain, ["--once"] + options), in: credentials.directory)
  }

  private func python(_ body: String, port: Int) throws -> Command {
    let head = """
      import socket, ssl
      context = ssl.create_default_context(cafile="\(credentials.ca)")
      raw = socket.create_connection(("127.0.0.1", \(port)))
      incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
      tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
      def pump(): raw.sendall(outgoing.read())
      def start():
          while True:
              try: tls.do_handshake(); pump(); return tls
              except ssl.SSLWantReadError: pump(); incoming.write(raw.recv(65536))
      """
    return try Command.run("python3", ["-c", head + "\n" + body])
  }
}
