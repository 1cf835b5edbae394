import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// TLS in frames.
@Suite struct FramedStreamTests {
  @Test(arguments: versions, Format.all)
  func `a handshake, data both ways and both closes, in any ring over any channel`(
    version: ProtocolVersion, format: Format
  ) throws {
    for (ring, capacity) in [(512, 1), (512, 1 << 20), (17408, 1), (17408, 1 << 20)] {
      let settings = try Settings(version).mutual().rings(ring)
      try FramedPair(settings, format.framing, capacity: capacity).exchange(3000)
    }
  }

  @Test(arguments: versions, Format.lasting)
  func `everything on the wire is in frames, and what is in them is TLS`(
    version: ProtocolVersion, format: Format
  ) throws {
    let pair = try FramedPair(Settings(version).rings(512), format.framing)
    try pair.exchange(3000)
    for channel in [pair.client.base.base, pair.server.base.base] {
      let (payloads, rest) = try format.framing.decoding(channel.written)
      #expect(Array(payloads.joined()).records?.isEmpty == false && rest.isEmpty)
      #expect(payloads.allSatisfy { 1...format.framing.largestPayload ~= $0.count })
    }
  }

  @Test(arguments: versions, [512, 17408])
  func `a flight is one frame, where a frame can hold it`(
    version: ProtocolVersion, ring: Int
  ) throws {
    let pair = try FramedPair(Settings(version).rings(ring), LengthPrefixFraming(.two))
    try pair.shakeHands()
    let flights = try [pair.client, pair.server].map {
      try LengthPrefixFraming(.two).decoding($0.base.base.written).payloads
    }
    #expect(flights.map(\.count) == (version == .tls13 ? [2, 1] : [2, 2]))
    #expect(flights.joined().allSatisfy { $0.records != nil })
  }

  @Test(arguments: versions, Format.lasting)
  func `a mebibyte each way over pipes`(version: ProtocolVersion, format: Format) async throws {
    let settings = try Settings(version)
    let pipes = try PipePair()
    let (request, reply) = (pattern(1 << 20), pattern(1 << 20, seed: 2))
    let (client, server) = try await together {
      let stream = try settings.clientStream(
        over: FramedTransport(DescriptorTransport(pipes.near), framing: format.framing))
      try stream.send(request, until: stalled)
      let received = try stream.receive(exactly: reply.count)
      try stream.close(until: stalled)
      #expect(try stream.receive(until: stalled) == [])
      return received
    } _: {
      let stream = try settings.serverStream(
        over: FramedTransport(DescriptorTransport(pipes.far), framing: format.framing))
      let received = try stream.receive(exactly: request.count)
      try stream.send(reply, until: stalled)
      #expect(try stream.receive(until: stalled) == [])
      try stream.close(until: stalled)
      return received
    }
    #expect(client == reply)
    #expect(server == request)
  }

  @Test(arguments: versions, Format.all)
  func `a channel that ends inside a frame has truncated the connection`(
    version: ProtocolVersion, format: Format
  ) throws {
    let settings = try Settings(version)
    let whole = try FramedPair(settings, format.framing)
    _ = try whole.client.write([])
    let hello = whole.client.base.base.written
    for count in [0, 1, hello.count / 2, hello.count - 1] {
      let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
      let server = try settings.serverStream(over: Framed(far, framing: format.framing))
      _ = try near.write(Array(hello.prefix(count)))
      _ = try near.closeSending()
      let error = streamError(of: Framed.Failure.self) { try server.handshake() }
      #expect(error?.tls?.code == .truncated && error?.tls?.phase == .handshake)
    }
  }

  @Test(arguments: versions)
  func `an oversized frame is the framing's failure, with both sizes`(
    version: ProtocolVersion
  ) throws {
    let pair = try FramedPair(Settings(version), LengthPrefixFraming(.two, limit: 2000))
    try pair.shakeHands()
    _ = try pair.client.base.base.write([0x07, 0xD1])
    for _ in 0..<2 {
      let error = streamError(of: Framed.Failure.self) { _ = try pair.server.receive() }
      #expect(error?.transport?.framing == .oversized(length: 2001, limit: 2000))
      #expect(error?.description == "channel: the peer's framing: frame of 2001 bytes exceeds 2000")
    }
  }

  @Test(arguments: versions, Format.lasting)
  func `behind both closes the protocol goes on without frames, with nothing lost`(
    version: ProtocolVersion, format: Format
  ) throws {
    let pair = try FramedPair(Settings(version), format.framing)
    try pair.shakeHands()
    let (near, far) = (pair.client.base.base, pair.server.base.base)
    #expect(try pair.client.closeSending() == .ended)
    _ = try near.write(Array("from the client".utf8))
    #expect(try pair.server.read().movement == .ended)
    #expect(try pair.server.closeSending() == .ended)
    _ = try far.write(Array("from the server".utf8))
    #expect(try pair.client.read().movement == .ended)
    for (stream, text) in [(pair.server, "from the client"), (pair.client, "from the server")] {
      let plain = stream.takeUnconsumedCiphertext() + stream.base.takeUnconsumed()
      #expect(try plain + stream.base.base.read().bytes == Array(text.utf8))
    }
  }
}
