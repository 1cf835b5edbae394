import Foundation
import Testing

/// `memtls tunnel` between curl and a web server, one of which speaks TLS.
@Suite(.enabled(if: isInstalled("curl"), "needs curl"))
struct CurlTunnelTests {
  private let interop: Interop
  private var credentials: Credentials { interop.credentials }

  init() throws { interop = try Interop() }

  @Test(.enabled(if: isInstalled("python3"), "needs python3"))
  func `curl gets pages through ours from a plain server`() throws {
    let (files, port) = (try pages(), try LoopbackSocket.freePort())
    let web = ["python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", files]
    try interop.withPeer(web + ["\(port)"], on: port) { _ in
      let tunnel = try interop.server(
        "tcp:127.0.0.1:\(port)", ["--alpn", "http/1.1"], connections: .many)
      let site = "https://127.0.0.1:\(try tunnel.listeningPort())"
      try expectPages(at: site, ["--cacert", credentials.ca])
      let run = tunnel.stop()
      expectPages(in: run)
    }
  }

  @Test(.enabled(if: isInstalled("openssl"), "needs the openssl command"))
  func `curl gets pages through ours from a TLS server`() throws {
    let (files, port) = (try pages(), try LoopbackSocket.freePort())
    // s_server serves the files of its working directory.
    let web =
      ["sh", "-c", "cd \"$0\" && exec \"$@\"", files, "openssl", "s_server", "-WWW", "-quiet"]
      + ["-accept", "127.0.0.1:\(port)", "-alpn", "http/1.1"]
      + ["-cert", credentials.server, "-key", credentials.serverKey]
    try interop.withPeer(web, on: port) { _ in
      let tunnel = try interop.client(
        of: port, "tcp-listen:127.0.0.1:0", ["--alpn", "h2,http/1.1"])
      try expectPages(at: "http://127.0.0.1:\(try tunnel.listeningPort())")
      let run = tunnel.stop()
      expectPages(in: run)
    }
  }

  /// A directory with a small page and a large one.
  private func pages() throws -> String {
    _ = try credentials.directory.write("hi\n", to: "small")
    _ = try credentials.directory.write(Interop.bytes, to: "large")
    return credentials.directory.path
  }

  /// What a tunnel says of both. The last one may still be saying goodbye when the tunnel is ended.
  private func expectPages(in run: Command) {
    #expect(run.status == 0)
    for line in ["#1: TLSv1.3, ", ", ALPN http/1.1", "served 2 connections, "] {
      #expect(run.errors.contains(line), "\(run.errors)")
    }
    #expect(!run.errors.contains("failed"))
  }

  private func expectPages(at site: String, _ options: [String] = []) throws {
    for (page, text) in [("small", "hi\n"), ("large", Interop.text)] {
      let curl = try Command.run("curl", ["-sS", "\(site)/\(page)"] + options)
      #expect(curl.status == 0, "\(curl.errors)")
      #expect(curl.output == text)
    }
  }
}
