import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Channels and peers that would keep a caller for ever.
@Suite struct HostileChannelTests {
  @Test(arguments: versions)
  func `a peer that never stops sending holds nobody longer than the deadline`(
    version: ProtocolVersion
  ) throws {
    let stream = try Settings(version).patient().clientStream(over: Flood())
    for _ in 0..<3 {
      let error = streamError { try stream.handshake(until: .now - .seconds(1)) }
      #expect(error?.wait == .deadlineExceeded)
    }
    #expect(stream.engine.phase == .handshake && stream.engine.terminalError == nil)
  }

  @Test func `nor longer than until it is interrupted`() throws {
    let interrupter = try Interrupter()
    interrupter.interrupt()
    let stream = TLSStream(
      try Settings(.tls13).patient().clientEngine(), over: Flood(), interrupter: interrupter)
    #expect(streamError { try stream.handshake() }?.wait == .interrupted)
  }

  @Test(arguments: versions)
  func `without a deadline a limit ends it`(version: ProtocolVersion) throws {
    let stream = try Settings(version).clientStream(over: Flood())
    #expect(streamError { try stream.handshake() }?.tls?.code == .limitExceeded)
  }

  @Test func `lingering ends at its deadline, whatever still comes`() throws {
    let stream = try Settings(.tls13).clientStream(over: Flood())
    stream.linger(until: .now - .seconds(1))
    #expect(stream.base.reads <= 64)
  }

  @Test func `a long write looks at the deadline between records`() throws {
    let settings = try Settings(.tls13)
    let (near, far) = MemoryChannel.pair(capacity: 1 << 22)
    let (client, server) = (
      try settings.clientStream(over: near), try settings.serverStream(over: far)
    )
    for _ in 0..<10 where client.engine.phase == .handshake || server.engine.phase == .handshake {
      _ = try (client.write([UInt8]().span), server.write([UInt8]().span))
    }
    let bytes = [UInt8](repeating: 1, count: 1 << 20)
    let error = streamError { try client.send(bytes, until: .now - .seconds(1)) }
    #expect(error?.wait == .deadlineExceeded)
    #expect(client.plaintextWritten > 0 && client.plaintextWritten < bytes.count)
  }

  @Test func `a channel that takes no more is an error and no endless loop`() throws {
    let channel = Flood()
    channel.takesNoMore = true
    let stream = try Settings(.tls13).patient().clientStream(over: channel)
    let error = streamError { try stream.handshake(until: .now - .seconds(1)) }
    // The flood is looked at for a reason until the time is up, or there is none to be found.
    #expect(error?.wait == .deadlineExceeded || error?.description == "channel takes no more")
    channel.hasEnded = true
    #expect(streamError { try stream.handshake() }?.description == "channel takes no more")
    #expect(channel.writes < 10)
  }

  @Test func `an alert that the channel takes no more is given up`() throws {
    let channel = Flood()
    // An empty ServerHello.
    (channel.record, channel.takesNoMoreOnceRead) = ([22, 3, 3, 0, 4, 2, 0, 0, 0], true)
    let stream = try Settings(.tls13).clientStream(over: channel)
    #expect(streamError { try stream.handshake() }?.tls?.sent(.decodeError) == true)
    #expect(channel.writes < 10 && stream.engine.pendingCiphertext == 0)
  }

  @Test(arguments: versions)
  func `closing before the handshake is done aborts at once`(version: ProtocolVersion) throws {
    let (near, _) = MemoryChannel.pair(capacity: 1 << 16)
    let stream = try Settings(version).clientStream(over: near)
    #expect(try stream.write([UInt8]().span) == .wouldBlock)
    try stream.close()
    try stream.close()
    #expect(streamError { try stream.handshake() }?.tls?.code == .aborted)
  }
}

extension Settings {
  /// With a client that lets its peer do whatever it likes.
  fileprivate func patient() -> Settings {
    var settings = self
    (settings.client.limits.handshakeBytes, settings.client.limits.handshakeMessages) = (.max, .max)
    return settings
  }
}

/// A channel whose other side sends HelloRequests without end, which OpenSSL passes over, or others.
private final class Flood: Transport {
  var record: [UInt8] = [22, 3, 3, 0, 4, 0, 0, 0, 0]
  var takesNoMore = false
  var takesNoMoreOnceRead = false
  var hasEnded = false
  private(set) var reads = 0
  private(set) var writes = 0

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    guard !hasEnded else { return .ended }
    reads += 1
    if takesNoMoreOnceRead { takesNoMore = true }
    let before = out.count
    while out.freeCapacity >= record.count { for byte in record { out.append(byte) } }
    return out.count > before ? .moved(out.count - before) : .wouldBlock
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    writes += 1
    return takesNoMore ? .ended : .moved(bytes.count)
  }

  func closeSending() throws(Errno) -> Movement { .ended }

  func readiness(for interest: Interest) -> Readiness { .now }
}
