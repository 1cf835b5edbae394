import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct TunnelTests {
  @Test(arguments: versions, [true, false])
  func `a mebibyte each way at once, and each end is carried over by itself`(
    version: ProtocolVersion, clientSideEndsFirst: Bool
  ) async throws {
    let bridge = try Bridge(version)
    let (out, back) = (pattern(1 << 20), pattern(1 << 20, seed: 2))
    let sawEnd = Gate()
    func write(_ bytes: [UInt8], to end: FileDescriptor, first: Bool) -> Worker<Void> {
      Worker {
        defer { try? end.close() }
        try end.writeAll(bytes)
        if !first { sawEnd.pass() }
      }
    }
    func read(from end: FileDescriptor, opening gate: Gate?) -> Worker<[UInt8]> {
      Worker {
        defer { try? end.close() }
        let all = try end.readToEnd()
        gate?.open()
        return all
      }
    }
    let writers = [
      write(out, to: bridge.left.output, first: clientSideEndsFirst),
      write(back, to: bridge.right.output, first: !clientSideEndsFirst),
    ]
    let left = read(from: bridge.left.input, opening: clientSideEndsFirst ? nil : sawEnd)
    let right = read(from: bridge.right.input, opening: clientSideEndsFirst ? sawEnd : nil)
    for writer in writers { try await writer.value }
    #expect(try await left.value == back)
    #expect(try await right.value == out)
    try await bridge.client.value
    try await bridge.server.value
  }

  @Test(arguments: versions)
  func `a slow peer slows the plain side down`(version: ProtocolVersion) throws {
    let ends = try MemoryTunnel(version, secureCapacity: 1000)
    #expect(try ends.plain.write(pattern(1 << 20)) == .moved(1 << 20))
    ends.runUntilIdle()
    #expect(ends.taken <= 65536 + 17408 + 1000)
    var received: [UInt8] = []
    for _ in 0..<10_000 where received.count < 1 << 20 {
      received += try ends.peer.read().bytes
      ends.runUntilIdle()
      #expect(ends.taken - received.count <= 65536 + 17408 + 1000 + 17408)
    }
    #expect(received == pattern(1 << 20))
  }

  @Test(arguments: versions)
  func `a slow plain side slows the peer down`(version: ProtocolVersion) throws {
    let ends = try MemoryTunnel(version, secureCapacity: 1000, plainCapacity: 100)
    var sent = 0
    for _ in 0..<1000 {
      if case .moved(let count) = try ends.peer.write(pattern(1000)) { sent += count }
      ends.runUntilIdle()
    }
    // What is held, both rings, the channel, and the record that is being read.
    let limit = 100 + 65536 + 2 * 17408 + 1000 + 16384
    #expect(sent < limit)
    #expect(try ends.plain.read().bytes == Array(pattern(1000).prefix(100)))
  }

  @Test(arguments: versions)
  func `bytes for the peer go on while the plain side takes none`(version: ProtocolVersion) throws {
    let ends = try MemoryTunnel(version, secureCapacity: 1000, plainCapacity: 100)
    #expect(try ends.peer.write(pattern(200)) == .moved(200))
    #expect(try ends.plain.write(pattern(5000)) == .moved(5000))
    ends.runUntilIdle()
    var received: [UInt8] = []
    for _ in 0..<100 where received.count < 5000 {
      received += try ends.peer.read().bytes
      ends.runUntilIdle()
    }
    #expect(received == pattern(5000))
  }

  @Test(arguments: versions)
  func `once the peer has closed the tunnel waits for the plain side without spinning`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version)
    #expect(try ends.peer.closeSending() == .ended)
    ends.runUntilIdle()
    #expect(try ends.plain.read().movement == .ended)
    // The peer still reads.
    #expect(try ends.plain.write(pattern(5000)) == .moved(5000))
    ends.runUntilIdle()
    #expect(try ends.peer.read().bytes == pattern(5000))
    #expect(try ends.plain.closeSending() == .ended)
    try ends.tunnel.run()
    #expect(try ends.peer.read().movement == .ended)
  }

  @Test(arguments: versions)
  func `a peer that has closed and gone ends the tunnel, after what was to be sent`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version, secureCapacity: 1000)
    #expect(try ends.plain.write(pattern(5000)) == .moved(5000))
    #expect(try ends.peer.closeSending() == .ended)
    #expect(try ends.peer.base.closeSending() == .ended)
    ends.runUntilIdle()
    var received: [UInt8] = []
    for _ in 0..<100 where received.count < 5000 {
      received += try ends.peer.read().bytes
      // It may return as soon as the channel has taken the last byte.
      let failure = tunnelFailure { try ends.tunnel.run(until: .peerHasLeft) }
      #expect(failure?.wait ?? .nothingToWaitFor == .nothingToWaitFor)
    }
    #expect(received == pattern(5000))
    try ends.tunnel.run(until: .peerHasLeft)
  }

  // RFC 8446 §6.1: "This does not have any effect on its read side of the connection."
  @Test(arguments: versions)
  func `a peer whose channel ends behind its close still gets the answer`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version)
    #expect(try ends.peer.write(pattern(100)) == .moved(100))
    #expect(try ends.peer.closeSending() == .ended)
    #expect(try ends.peer.base.closeSending() == .ended)
    ends.runUntilIdle()
    let request = try ends.plain.read().bytes
    #expect(request == pattern(100))
    #expect(try ends.plain.write(pattern(5000)) == .moved(5000))
    #expect(try ends.plain.closeSending() == .ended)
    try ends.tunnel.run()
    #expect(try ends.peer.read().bytes == pattern(5000))
    #expect(try ends.peer.read().movement == .ended)
  }

  @Test func `a plain side that takes no more loses bytes, and that is said`() throws {
    let settings = try Settings(.tls13)
    let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
    let peer = try settings.serverStream(over: far)
    let secure = try settings.clientStream(over: near)
    for _ in 0..<10 { _ = (try secure.write([]), try peer.write([])) }
    #expect(try peer.write(pattern(5000)) == .moved(5000))
    // The other end of the plain side is gone from the start.
    let tunnel = Tunnel(plain: try MemoryTransport.pair().0, secure: secure)
    let error = #expect(throws: Tunnel<MemoryTransport, MemoryChannel>.Failure.self) {
      try tunnel.run()
    }
    #expect(error?.description == "plain side takes no more")
    #expect(tunnel.traffic.received == 0)
  }

  @Test func `a framed plain side that was blocked goes on`() throws {
    let settings = try Settings(.tls13)
    let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
    let (plain, outside) = MemoryChannel.pair(capacity: 1000)
    let peer = try settings.serverStream(over: far)
    let secure = try settings.clientStream(over: near)
    for _ in 0..<10 { _ = (try secure.write([]), try peer.write([])) }
    #expect(try peer.write(pattern(5000)) == .moved(5000))
    let framed = FramedTransport(plain, framing: LengthPrefixFraming(.two))
    let tunnel = Tunnel(plain: framed, secure: secure)
    let reader = FramedTransport(outside, framing: LengthPrefixFraming(.two))
    var received: [UInt8] = []
    for _ in 0..<100 where received.count < 5000 {
      #expect(throws: Tunnel<FramedTransport<MemoryChannel>, MemoryChannel>.Failure.self) {
        try tunnel.run()
      }
      received += try reader.read().bytes
    }
    #expect(received == pattern(5000))
  }

  @Test(arguments: versions)
  func `a channel that fails behind the peer's close has gone too`(version: ProtocolVersion) throws
  {
    let ends = try MemoryTunnel(version)
    #expect(try ends.peer.closeSending() == .ended)
    ends.runUntilIdle()
    ends.near.readFailure = .connectionReset
    try ends.tunnel.run(until: .peerHasLeft)
    #expect(try ends.plain.read().movement == .ended)
  }
}
