import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Sessions that are resumed with the openssl command.
@Suite(.needs("openssl")) struct ResumptionPeerTests {
  @Test(arguments: versions, [TicketFormat.stateless, .stateful])
  func `s_client resumes at a server, from a file`(
    version: ProtocolVersion, format: TicketFormat
  ) async throws {
    let files = try IdentityFiles()
    var settings = try Settings(version)
    settings.server.ticketFormat = format
    let context = try TLSContext(settings.server)
    for option in ["-sess_out", "-sess_in"] {
      let (listener, port) = try TCP.listen()
      let child = try Child(
        "openssl",
        ["s_client", "-connect", "127.0.0.1:\(port)", version.flag, "-quiet", "-no_ign_eof"]
          + ["-servername", "localhost", "-CAfile", files.path("ca.pem"), "-nocommands"]
          + [option, files.path("session.pem")])
      let server = Worker {
        let engine = try TLSEngine(context, as: .server)
        let stream = TLSStream(engine, over: DescriptorTransport(try TCP.accept(listener)))
        try stream.send(Array("welcome\n".utf8), until: stalled)
        #expect(try stream.receive(until: stalled) == [])
        try stream.close(until: stalled)
        return engine.negotiated?.resumed
      }
      let greeting = try await apart { try child.output.read(exactly: 8) }
      #expect(greeting == Array("welcome\n".utf8))
      try child.input.close()
      #expect(try await server.value == (option == "-sess_in"))
      #expect(try await child.status == 0)
      try child.output.close()
    }
    withExtendedLifetime(files) {}
  }

  @Test(arguments: versions, [[], ["-no_ticket"]])
  func `a client resumes at s_server, after a way through bytes`(
    version: ProtocolVersion, options: [String]
  ) async throws {
    let files = try IdentityFiles()
    let tickets = version == .tls13 ? 3 : 1
    let child = try Child(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-naccept", "2", "-rev", version.flag]
        + ["-cert", files.path("server.pem"), "-key", files.path("server-key.pem")]
        + (version == .tls13 ? ["-num_tickets", "3"] : []) + options)
    defer { for end in [child.input, child.output] { try? end.close() } }
    var settings = try Settings(version)
    settings.client.sessionDelivery = .events
    let context = try TLSContext(settings.client)
    try await apart {
      let port = try child.output.readPort()
      var session: TLSSession?
      for turn in 0..<2 {
        let engine = try TLSEngine(context, as: .client(.name("localhost")), resuming: session)
        let stream = TLSStream(engine, over: DescriptorTransport(try TCP.connect(to: port)))
        try stream.send(Array("abc\n".utf8), until: stalled)
        #expect(try stream.receive(exactly: 4) == Array("cba\n".utf8))
        try stream.close(until: stalled)
        #expect(engine.negotiated?.resumed == (turn == 1))
        let sessions = engine.events.compactMap { event in
          if case .session(let session) = event { session } else { nil }
        }
        if turn == 0 { #expect(sessions.count == tickets) }
        session = try sessions.last.map { try TLSSession(bytes: $0.bytes) }
      }
    }
    _ = try await child.status
    withExtendedLifetime(files) {}
  }
}
