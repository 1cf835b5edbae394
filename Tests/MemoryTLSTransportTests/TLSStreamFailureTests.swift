import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Who refuses whom, and what both sides say of it.
@Suite struct TLSStreamFailureTests {
  @Test(arguments: versions, Channel.allCases)
  func `a client that does not know the authority tells the server`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version).clientTrustsOther
    let (near, far) = try channel.ends()
    let (client, server) = try await together {
      let stream = try settings.clientStream(over: near)
      let error = streamError { try stream.handshake(until: stalled) }
      #expect(stream.engine.pendingCiphertext == 0)
      #expect(streamError { try stream.send([1]) }?.tls == error?.tls)
      #expect(streamError { _ = try stream.receive() }?.tls == error?.tls)
      return error
    } _: {
      let stream = try settings.serverStream(over: far)
      return streamError { try stream.handshake(until: stalled) }
    }
    #expect(client?.tls?.code == .verificationFailed)
    #expect(client?.tls?.sent(.unknownCA) == true)
    #expect(server?.tls?.isAlert(.unknownCA) == true)
  }

  @Test(arguments: Channel.allCases, LastWords.allCases)
  func `a client that is refused hears why, whatever it calls first`(
    channel: Channel, words: LastWords
  ) async throws {
    let settings = try Settings(.tls13).mutual(Settings.identities.stranger)
    let (near, far) = try channel.ends()
    let gone = Gate()
    let (client, server) = try await together {
      let stream = try settings.clientStream(over: near)
      try stream.handshake(until: stalled)
      gone.pass()
      // A child that another test is just starting may hold the other end a moment longer.
      var departure = Readiness()
      departure.waits = [.init(near.output, 0)]
      try wait(for: departure, until: stalled)
      let error = streamError { try words.say(on: stream) }
      // And ever after.
      #expect(streamError { _ = try stream.receive() }?.tls?.isAlert(.unknownCA) == true)
      #expect(streamError { try stream.send([1]) }?.tls?.isAlert(.unknownCA) == true)
      return error
    } _: {
      defer { gone.open() }
      return try refuse(settings, over: far)
    }
    #expect(server?.tls?.code == .verificationFailed)
    #expect(server?.tls?.sent(.unknownCA) == true)
    #expect(client?.tls?.isAlert(.unknownCA) == true)
  }

  @Test(arguments: Channel.allCases)
  func `in TLS 1.2 a client that is refused hears why in the handshake`(
    channel: Channel
  ) async throws {
    let settings = try Settings(.tls12).mutual(Settings.identities.stranger)
    let (near, far) = try channel.ends()
    let (client, server) = try await together {
      let stream = try settings.clientStream(over: near)
      return streamError { try stream.handshake(until: stalled) }
    } _: {
      try refuse(settings, over: far)
    }
    #expect(server?.tls?.sent(.unknownCA) == true)
    #expect(client?.tls?.isAlert(.unknownCA) == true)
  }

  @Test(arguments: zip(versions, [Alert.handshakeFailure, .certificateRequired]))
  func `a client without a certificate hears that one is required`(
    version: ProtocolVersion, alert: Alert
  ) async throws {
    var settings = try Settings(version)
    settings.server.clientCertificates = .require
    let (near, far) = try Channel.sockets.ends()
    let (client, server) = try await together { [settings] in
      let stream = try settings.clientStream(over: near)
      return streamError { _ = try stream.receive(until: stalled) }
    } _: { [settings] in
      try refuse(settings, over: far)
    }
    #expect(server?.tls?.code == .verificationFailed && server?.tls?.sent(alert) == true)
    #expect(client?.tls?.isAlert(alert) == true)
  }
}

/// Fails the handshake and is gone.
private func refuse(_ settings: Settings, over end: Channel.End) throws -> StreamError<Errno>? {
  let stream = try settings.serverStream(over: end)
  return streamError { try stream.handshake(until: stalled) }
}

/// What a client says first to a server that has gone.
enum LastWords: CaseIterable, Sendable {
  case receive, send, sendMuch, write, close, handshakeAgain

  func say(on stream: TLSStream<DescriptorTransport>) throws {
    switch self {
    case .receive: _ = try stream.receive(until: stalled)
    case .send: try stream.send([1, 2, 3], until: stalled)
    case .sendMuch: try stream.send(pattern(1 << 20), until: stalled)
    case .write:
      for _ in 0..<10_000 {
        guard try stream.write(pattern(100)) != .wouldBlock else { return }
      }
    case .close: try stream.close(until: stalled)
    case .handshakeAgain:
      try stream.send([], until: stalled)
      try stream.handshake(until: stalled)
      try stream.close(until: stalled)
    }
  }
}
