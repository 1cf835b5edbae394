import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Channels that end or fail where TLS has not, and bytes that are not TLS.
@Suite struct TLSStreamEndTests {
  @Test(arguments: versions, Channel.allCases)
  func `a channel that ends in the handshake truncates it`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try channel.ends()
    try await together {
      let stream = try settings.clientStream(over: near)
      let error = streamError { try stream.handshake(until: stalled) }
      #expect(error?.tls?.code == .truncated, "\(error as Any)")
      #expect(error?.tls?.phase == .handshake)
      #expect(streamError { _ = try stream.receive() }?.tls?.code == .truncated)
    } _: {
      let peer = DescriptorTransport(far)
      #expect(try peer.collect(5).first == 22)
      while case .moved = try peer.read().movement {}
    }
  }

  @Test(arguments: versions, Channel.allCases)
  func `a channel that ends behind data delivers the data, then the truncation`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try channel.ends()
    try await together {
      let stream = try settings.clientStream(over: near)
      #expect(try stream.receive(exactly: 50_000) == pattern(50_000))
      for _ in 0..<2 {
        let error = streamError { _ = try stream.receive(until: stalled) }
        #expect(error?.tls?.code == .truncated, "\(error as Any)")
        #expect(error?.tls?.phase == .open)
      }
    } _: {
      try settings.serverStream(over: far).send(pattern(50_000), until: stalled)
    }
  }

  @Test(arguments: versions)
  func `a channel that refused to send is the reason, not the truncation behind it`(
    version: ProtocolVersion
  ) throws {
    let (near, far) = try Channel.pipes.ends()
    let stream = try Settings(version).clientStream(over: near)
    _ = DescriptorTransport(far)
    for _ in 0..<2 {
      #expect(streamError { try stream.handshake(until: stalled) }?.transport == .brokenPipe)
    }
  }

  @Test(arguments: versions, Channel.allCases)
  func `what was received before the channel refused to send is still delivered`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try channel.ends()
    let gone = Gate()
    try await together {
      let stream = try settings.clientStream(over: near)
      try stream.handshake(until: stalled)
      gone.pass()
      #expect(streamError { try stream.send([1], until: stalled) }?.transport == .brokenPipe)
      #expect(streamError { try stream.send([1], until: stalled) }?.transport == .brokenPipe)
      #expect(try stream.receive(exactly: 50_000) == pattern(50_000))
      #expect(streamError { _ = try stream.receive(until: stalled) }?.transport == .brokenPipe)
    } _: {
      defer { gone.open() }
      try settings.serverStream(over: far).send(pattern(50_000), until: stalled)
    }
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
    "220 mail.example.org ESMTP\r\n",
  ])
  func `a server that does not speak TLS is told nothing`(greeting: String) throws {
    let (near, far) = try Channel.sockets.ends()
    let stream = try Settings(.tls13).clientStream(over: near)
    let peer = DescriptorTransport(far)
    #expect(try peer.write(Array(greeting.utf8)) == .moved(greeting.utf8.count))
    let error = streamError { try stream.handshake(until: stalled) }
    #expect(error?.tls?.code == .notTLS && error?.tls?.fault == .peer)
    #expect(error?.tls?.message.contains(greeting.prefix(8)) == true)
    let told = try peer.read().bytes
    #expect(told.first == 22 && told.count == 5 + Int(told[3]) * 256 + Int(told[4]))
  }

  @Test func `a client that does not speak TLS is told nothing`() throws {
    let (near, far) = try Channel.sockets.ends()
    let stream = try Settings(.tls13).serverStream(over: near)
    let peer = DescriptorTransport(far)
    #expect(try peer.write(Array("GET / HTTP/1.0\r\n\r\n".utf8)) == .moved(18))
    #expect(streamError { try stream.handshake(until: stalled) }?.tls?.code == .notTLS)
    #expect(try peer.read().movement == .wouldBlock)
  }
}
