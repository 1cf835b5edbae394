import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct TLSStreamTests {
  @Test(arguments: versions, Channel.allCases)
  func `a handshake, a mebibyte each way, and both see the close`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try channel.ends()
    let request = pattern(1 << 20, seed: 1)
    let reply = pattern(1 << 20, seed: 2)
    let (client, server) = try await together {
      let stream = try settings.clientStream(over: near)
      try stream.handshake(until: stalled)
      try stream.send(request, until: stalled)
      let received = try stream.receive(exactly: reply.count)
      try stream.close(until: stalled)
      #expect(try stream.receive(until: stalled) == [])
      #expect(stream.plaintextWritten == request.count && stream.plaintextRead == reply.count)
      return received
    } _: {
      let stream = try settings.serverStream(over: far)
      let received = try stream.receive(exactly: request.count)
      try stream.send(reply, until: stalled)
      #expect(try stream.receive(until: stalled) == [])
      #expect(try stream.receive(until: stalled) == [])
      try stream.close(until: stalled)
      return received
    }
    #expect(client == reply)
    #expect(server == request)
  }

  @Test(arguments: versions, Channel.allCases)
  func `when handshake returns it has finished and everything is sent`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version).mutual()
    let (near, far) = try channel.ends()
    try await together {
      let stream = try settings.clientStream(over: near)
      try expectFinished(stream, version)
      try stream.handshake(until: .now - .seconds(1))
      return
    } _: {
      try expectFinished(try settings.serverStream(over: far), version)
    }
  }

  @Test(arguments: versions)
  func `after its own close a side still receives, and no longer writes`(
    version: ProtocolVersion
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try Channel.pipes.ends()
    try await together {
      let stream = try settings.clientStream(over: near)
      try stream.handshake(until: stalled)
      try stream.close(until: stalled)
      try stream.close(until: stalled)
      #expect(try stream.receive(exactly: 100_000) == pattern(100_000))
      #expect(try stream.receive(until: stalled) == [])
      #expect(streamError { try stream.send([1]) }?.tls?.code == .writeAfterClose)
    } _: {
      let stream = try settings.serverStream(over: far)
      #expect(try stream.receive(until: stalled) == [])
      try stream.send(pattern(100_000), until: stalled)
      try stream.close(until: stalled)
    }
  }

  @Test(arguments: versions)
  func `receiving appends at most what fits`(version: ProtocolVersion) async throws {
    let settings = try Settings(version)
    let (near, far) = try Channel.sockets.ends()
    try await together {
      let stream = try settings.clientStream(over: near)
      try stream.send([1, 2, 3], until: stalled)
      try stream.send([], until: stalled)
      #expect(try stream.receive(until: stalled) == [9])
    } _: {
      let stream = try settings.serverStream(over: far)
      #expect(try stream.receive(upTo: 2, until: stalled) == [1, 2])
      #expect(try stream.receive(upTo: 2, until: stalled) == [3])
      try stream.send([9], until: stalled)
    }
  }
}

private func expectFinished(
  _ stream: TLSStream<DescriptorTransport>, _ version: ProtocolVersion
) throws {
  try stream.handshake(until: stalled)
  #expect(stream.engine.phase == .open)
  #expect(stream.engine.pendingCiphertext == 0)
  #expect(stream.engine.negotiated?.version == version)
  #expect(stream.engine.negotiated?.peerCertificates.count == 1)
}
