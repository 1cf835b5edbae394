import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// A socket that is closed with unread bytes is reset (RFC 9293 §3.10.4), and what it had said may be
/// lost with it.
@Suite struct LingerTests {
  @Test func `after lingering the peer finds the alert and a clean end`() throws {
    let client = try refusedClient { $0.linger(until: .now) }
    #expect(
      streamError { _ = try client.receive(until: stalled) }?.tls?.isAlert(.unknownCA) == true)
    #expect(try client.base.read().movement == .ended)
  }

  @Test func `without lingering the peer finds a reset`() throws {
    let client = try refusedClient { _ in }
    #expect(streamError { _ = try client.receive(until: stalled) } != nil)
    #expect(throws: Errno.connectionReset) { try client.base.read() }
  }

  @Test func `lingering ends when the peer does, or at its deadline`() async throws {
    let (near, far) = try Channel.sockets.ends()
    let settings = try Settings(.tls13)
    try await together {
      let stream = try settings.clientStream(over: near)
      stream.linger(until: .now)
      stream.linger(until: stalled)
    } _: { () throws in
      let peer = DescriptorTransport(far)
      #expect(try peer.collect(1) == [])
      #expect(try peer.write(pattern(100_000)) != .wouldBlock)
    }
  }
}

/// A client in TLS 1.3 that has written more than the server reads before that refuses it, does as the
/// body says and is gone.
private func refusedClient(
  _ body: (TLSStream<DescriptorTransport>) -> Void
) throws -> TLSStream<DescriptorTransport> {
  let settings = try Settings(.tls13).mutual(Settings.identities.stranger)
  let (near, far) = try Channel.sockets.ends()
  let client = try settings.clientStream(over: near)
  let server = try settings.serverStream(over: far)
  #expect(try client.write([]) == .wouldBlock)
  #expect(streamError { try server.handshake(until: .now) }?.wait == .deadlineExceeded)
  #expect(try client.write([]) == .moved(0))
  #expect(try client.base.write(pattern(100_000)) == .moved(100_000))
  #expect(streamError { try server.handshake(until: .now) }?.tls?.sent(.unknownCA) == true)
  body(server)
  return client
}
