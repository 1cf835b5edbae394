import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// A stream is a transport, so one can carry another.
@Suite struct NestedStreamTests {
  @Test(arguments: versions, versions)
  func `a stream inside a stream carries data and both are closed in turn`(
    outer: ProtocolVersion, inner: ProtocolVersion
  ) async throws {
    let (outside, inside) = (try Settings(outer), try Settings(inner).mutual())
    let (near, far) = try Channel.sockets.ends()
    try await together {
      let carrier = try outside.clientStream(over: near)
      let stream = try inside.clientStream(over: carrier)
      try stream.handshake(until: stalled)
      #expect(stream.engine.negotiated?.version == inner)
      #expect(carrier.engine.negotiated?.version == outer)
      try stream.send(pattern(300_000), until: stalled)
      #expect(try stream.receive(exactly: 300_000) == pattern(300_000, seed: 2))
      try stream.close(until: stalled)
      #expect(try stream.receive(until: stalled) == [])
      try carrier.close(until: stalled)
      #expect(try carrier.receive(until: stalled) == [])
    } _: {
      let carrier = try outside.serverStream(over: far)
      let stream = try inside.serverStream(over: carrier)
      #expect(try stream.receive(exactly: 300_000) == pattern(300_000))
      try stream.send(pattern(300_000, seed: 2), until: stalled)
      #expect(try stream.receive(until: stalled) == [])
      try stream.close(until: stalled)
      #expect(try carrier.receive(until: stalled) == [])
      try carrier.close(until: stalled)
    }
  }

  @Test(arguments: versions)
  func `what send returned from is on its way, through the outer stream too`(
    version: ProtocolVersion
  ) async throws {
    let settings = try Settings(version)
    let pipes = try PipePair(capacity: 4096)
    let sent = Gate()
    try await together {
      let stream = try settings.clientStream(over: settings.clientStream(over: pipes.near))
      try stream.send(pattern(100_000), until: stalled)
      // Nobody moves this side any more.
      sent.pass()
      try stream.close(until: stalled)
    } _: {
      let stream = try settings.serverStream(over: settings.serverStream(over: pipes.far))
      #expect(try stream.receive(exactly: 100_000) == pattern(100_000))
      sent.open()
      #expect(try stream.receive(until: stalled) == [])
    }
  }

  @Test func `what is waited for is what the outermost channel names`() throws {
    let (near, far) = try Channel.sockets.ends()
    let channel = DescriptorTransport(near)
    let settings = try Settings(.tls13)
    let stream = try settings.clientStream(over: settings.clientStream(over: channel))
    #expect(streamErrorOfInner { try stream.handshake(until: .now) } == .deadlineExceeded)
    #expect(stream.readiness(for: .read).waits.map(\.descriptor) == [near.input])
    #expect(stream.readiness(for: .read).waits == channel.readiness(for: .read).waits)
    #expect(!stream.readiness(for: .read).isReady)
    #expect(try DescriptorTransport(far).read().bytes.first == 22)
  }

  @Test(arguments: versions)
  func `a failure inside names the layer it comes from`(version: ProtocolVersion) async throws {
    let (outside, inside) = (try Settings(version), try Settings(version).clientTrustsOther)
    let (near, far) = try Channel.sockets.ends()
    let (client, server) = try await together {
      let stream = try inside.clientStream(over: outside.clientStream(over: near))
      return layers { try stream.handshake(until: stalled) }
    } _: {
      let carrier = try outside.serverStream(over: far)
      let stream = try inside.serverStream(over: carrier)
      let failed = layers { try stream.handshake(until: stalled) }
      // The carrier of the client went without close_notify.
      #expect(layers { _ = try stream.base.receive(until: stalled) }?.carrier?.code == .truncated)
      return failed
    }
    #expect(client?.inner?.sent(.unknownCA) == true && client?.carrier == nil)
    #expect(server?.inner?.isAlert(.unknownCA) == true && server?.carrier == nil)
  }
}

/// Which of two layers failed.
private struct Layers: Sendable {
  var inner: TLSError?
  var carrier: TLSError?
}

private func layers(_ body: () throws -> Void) -> Layers? {
  do {
    try body()
    return nil
  } catch let error as StreamError<StreamError<Errno>> {
    return Layers(inner: error.tls, carrier: error.transport?.tls)
  } catch {
    return Layers(inner: nil, carrier: (error as? StreamError<Errno>)?.tls)
  }
}

private func streamErrorOfInner(_ body: () throws -> Void) -> WaitFailure? {
  do { try body() } catch { return (error as? StreamError<StreamError<Errno>>)?.wait }
  return nil
}
