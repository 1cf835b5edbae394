import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// What goes on behind a handshake, with the openssl command at the other end.
@Suite(.needs("openssl")) struct PostHandshakePeerTests {
  @Test(arguments: [true, false])
  func `s_client is asked for its certificate`(hasOne: Bool) async throws {
    let files = try IdentityFiles()
    let settings = try Settings(.tls13)
    let (listener, port) = try TCP.listen()
    let child = try Child(
      "openssl",
      ["s_client", "-connect", "127.0.0.1:\(port)", "-enable_pha", "-quiet", "-no_ign_eof"]
        + ["-CAfile", files.path("ca.pem")]
        + (hasOne ? Variant(mutual: true, weCloseFirst: true).credentials("client", files) : []))
    defer { for end in [child.input, child.output] { try? end.close() } }
    let (error, events, peer) = try await apart {
      let stream = try settings.serverStream(over: DescriptorTransport(TCP.accept(listener)))
      try stream.handshake(until: stalled)
      #expect(stream.engine.negotiated?.peerCertificates == [])
      #expect(try stream.engine.requestClientCertificate() == .done)
      try stream.send([1], until: stalled)
      try child.input.writeAll("x\n".utf8)
      let error = hasOne ? nil : streamError { _ = try stream.receive(exactly: 2) }
      if hasOne {
        #expect(try stream.receive(exactly: 2) == Array("x\n".utf8))
        try stream.close(until: stalled)
      }
      let peer = stream.engine.negotiated?.peerCertificates.first?.subject
      return (error, stream.engine.events, peer)
    }
    #expect(peer == (hasOne ? "CN=user" : nil))
    #expect(events.contains(.postHandshakeAuthentication) == hasOne)
    #expect(error?.tls?.code == (hasOne ? nil : .verificationFailed))
    #expect(error?.tls?.alert?.alert == (hasOne ? nil : .certificateRequired))
    try child.input.close()
    #expect((try await child.status == 0) == hasOne)
    withExtendedLifetime(files) {}
  }

  @Test func `s_server asks for our certificate`() async throws {
    let files = try IdentityFiles()
    _ = try await command("c", .tls13, files) { settings in
      settings.client.postHandshakeAuthentication = .offered
      settings.client.identities = [try Settings.identities.user.identity]
    } until: {
      $0 == .postHandshakeAuthentication
    }
    withExtendedLifetime(files) {}
  }

  @Test func `s_server renegotiates`() async throws {
    let files = try IdentityFiles()
    let output = try await command("r", .tls12, files) { settings in
      settings.client.renegotiation = .allowed
    } until: {
      $0 == .renegotiated
    }
    #expect(output.contains("DONE\nshutting down"), "\(output)")
    withExtendedLifetime(files) {}
  }

  @Test(arguments: ["k", "K"])
  func `s_server changes keys`(letter: String) async throws {
    let files = try IdentityFiles()
    _ = try await command(letter, .tls13, files) { _ in
    } until: {
      $0 == .keyUpdated(.serverToClient)
    }
    withExtendedLifetime(files) {}
  }

  /// Connects to s_server, gives it a command, waits for an event, has a line travel each way and
  /// answers what it said.
  private func command(
    _ letter: String, _ version: ProtocolVersion, _ files: IdentityFiles,
    _ change: (inout Settings) throws -> Void,
    until isExpected: @escaping @Sendable (Event) -> Bool
  ) async throws -> String {
    var settings = try Settings(version)
    try change(&settings)
    let child = try Child(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-naccept", "1", version.flag]
        + [
          "-verify_return_error", "-CAfile", files.path("ca.pem"), "-cert",
          files.path("server.pem"),
        ]
        + ["-key", files.path("server-key.pem")])
    let port = try await apart { try child.output.readPort() }
    let ours = settings
    let (said, reader) = try await apart {
      let stream = try ours.clientStream(over: DescriptorTransport(TCP.connect(to: port)))
      try stream.handshake(until: stalled)
      // A command that s_server reads before our Finished fails; what comes behind one in the same
      // read, it drops.
      try stream.send(Array("ready\n".utf8), until: stalled)
      let said = try child.output.read(through: "ready\n")
      let reader = Worker { try child.output.readToEnd() }
      try child.input.writeAll("\(letter)\n".utf8)
      try stream.read(until: isExpected)
      try child.input.writeAll("back\n".utf8)
      #expect(try stream.receive(exactly: 5) == Array("back\n".utf8))
      try stream.send(Array("from us\n".utf8), until: stalled)
      try stream.close(until: stalled)
      return (said, reader)
    }
    let output = said + (try await reader.value)
    for end in [child.input, child.output] { try? end.close() }
    #expect(output.contains(Array("from us\n".utf8)))
    #expect(try await child.status == 0)
    return String(decoding: output, as: UTF8.self)
  }
}

extension TLSStream {
  /// Reads what is no data until it makes an event like this.
  fileprivate func read(until isExpected: (Event) -> Bool) throws {
    while true {
      var movement = Movement.wouldBlock
      let bytes = try [UInt8](capacity: 1) { out throws(Failure) in movement = try read(into: &out)
      }
      #expect(bytes == [] && movement == .wouldBlock)
      guard !engine.events.contains(where: isExpected) else { return }
      try wait(for: readiness(for: .read), until: stalled)
    }
  }
}

extension FileDescriptor {
  /// Reads up to the end of some text; answers everything.
  fileprivate func read(through text: String) throws -> [UInt8] {
    var said: [UInt8] = []
    while !said.suffix(text.utf8.count).elementsEqual(text.utf8) {
      guard let byte = try read(exactly: 1).first else { throw Errno.noSuchProcess }
      said.append(byte)
    }
    return said
  }
}
