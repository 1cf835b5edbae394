import Foundation
import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Early data to and from the openssl command.
@Suite(.needs("openssl")) struct EarlyDataPeerTests {
  @Test func `a server takes s_client's early data`() async throws {
    let files = try IdentityFiles()
    let early = digits(5000)
    try Data(early).write(to: URL(fileURLWithPath: files.path("early")))
    var settings = try Settings(.tls13)
    settings.server.earlyData = .upTo(16384)
    let context = try TLSContext(settings.server)
    let turns = [
      ["-sess_out", files.path("session.pem")],
      ["-sess_in", files.path("session.pem"), "-early_data", files.path("early")],
    ]
    for (turn, options) in turns.enumerated() {
      let (listener, port) = try TCP.listen()
      let child = try Child(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(port)", "-tls1_3", "-quiet", "-no_ign_eof"]
          + ["-servername", "localhost", "-CAfile", files.path("ca.pem"), "-nocommands"] + options)
      let server = Worker {
        let engine = try TLSEngine(context, as: .server)
        let stream = TLSStream(engine, over: DescriptorTransport(try TCP.accept(listener)))
        try stream.send(Array("welcome\n".utf8), until: stalled)
        #expect(try stream.receive(until: stalled) == [])
        try stream.close(until: stalled)
        #expect(engine.earlyData?.verdict == (turn == 1 ? .accepted : nil))
        return try engine.readEarly().bytes
      }
      let greeting = try await apart { try child.output.read(exactly: 8) }
      #expect(greeting == Array("welcome\n".utf8))
      try child.input.close()
      #expect(try await server.value == (turn == 1 ? early : []))
      #expect(try await child.status == 0)
      try child.output.close()
    }
    withExtendedLifetime(files) {}
  }

  @Test(arguments: [["-early_data"], []])
  func `a client sends early data to s_server, which takes it or not`(
    options: [String]
  ) async throws {
    let files = try IdentityFiles()
    let child = try Child(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-naccept", "2", "-tls1_3"]
        + ["-cert", files.path("server.pem"), "-key", files.path("server-key.pem")]
        + ["-max_early_data", "16384", "-num_tickets", "2"] + options)
    defer { for end in [child.input, child.output] { try? end.close() } }
    var settings = try Settings(.tls13)
    settings.client.earlyData = .upTo(1 << 20)
    settings.client.sessionStore = SessionStore()
    let context = try TLSContext(settings.client)
    let (early, late) = (digits(3000), Array("later\n".utf8))
    try await apart {
      let port = try child.output.readPort()
      for turn in 0..<2 {
        let engine = try TLSEngine(context, as: .client(.name("localhost")))
        #expect(engine.earlyDataRoom == (turn == 0 ? 0 : 16384))
        if turn == 1 { #expect(try engine.writeEarly(early) == .moved(early.count)) }
        let stream = TLSStream(engine, over: DescriptorTransport(try TCP.connect(to: port)))
        try stream.send(late, until: stalled)
        try child.input.writeAll("abc\n".utf8)
        #expect(try stream.receive(exactly: 4) == Array("abc\n".utf8))
        try stream.close(until: stalled)
        #expect(engine.negotiated?.resumed == (turn == 1))
        let verdict: EarlyDataOutcome.Verdict = options.isEmpty ? .rejected : .accepted
        #expect(engine.earlyData?.verdict == (turn == 0 ? nil : verdict))
        #expect(engine.earlyData?.bytes == (turn == 0 ? nil : early.count))
      }
    }
    let output = try await apart { try child.output.readToEnd() }
    #expect(output.contains(early) == !options.isEmpty)
    _ = try await child.status
    withExtendedLifetime(files) {}
  }

  private func digits(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(ascii: "0") + UInt8($0 * 7 % 10) }
  }
}
