import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// TLS that begins and ends in the middle of a conversation.
@Suite struct StartTLSTests {
  @Test(arguments: versions, [512, 17408])
  func `a server goes on where its ClientHello was read already, wholly or in part`(
    version: ProtocolVersion, ring: Int
  ) throws {
    var settings = try Settings(version).rings(ring)
    // A hello longer than the smaller ring.
    settings.client.applicationProtocols = (0..<20).map { "a-protocol-among-many-others-\($0)" }
    for part in [0, 1, 4, 5, 100, 511, 512, 513, .max] {
      for readAhead in [TLSStream<MemoryChannel>.ReadAhead.ring, .none] {
        let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
        let client = try settings.clientStream(over: near)
        #expect(try client.write([]) == .wouldBlock)
        let early = try far.read(upTo: min(part, near.bytesWritten)).bytes
        let server = TLSStream(
          try settings.serverEngine(), over: far, readAhead: readAhead, initialCiphertext: early)
        #expect(server.readiness(for: .read).isReady)
        let (one, other) = (
          WriteFirst(client, sending: pattern(300)), WriteFirst(server, sending: pattern(300))
        )
        try takeTurns(one, other)
        #expect(one.received == pattern(300) && other.received == pattern(300))
      }
    }
  }

  @Test(arguments: versions, [512, 17408])
  func `all of a conversation may have been read already, and plain text behind it`(
    version: ProtocolVersion, ring: Int
  ) throws {
    let (client, server) = try open(Settings(version).rings(ring))
    let sent = pattern(50_000)
    for start in stride(from: 0, to: sent.count, by: 400) {
      #expect(try client.write(Array(sent[start..<start + 400])) == .moved(400))
    }
    #expect(try client.closeSending() == .ended)
    _ = try client.base.write(Array("plain".utf8))
    let early = try server.base.read(upTo: 1 << 20).bytes
    let later = TLSStream(server.engine, over: server.base, initialCiphertext: early)
    var received: [UInt8] = []
    while case (let bytes, .moved) = try later.read() {
      received += bytes
      #expect(later.takeUnconsumedCiphertext() == [])
    }
    #expect(received == sent)
    #expect(try later.read().movement == .ended)
    #expect(later.takeUnconsumedCiphertext() == Array("plain".utf8))
    #expect(later.takeUnconsumedCiphertext() == [])
    #expect(server.base.requests.count <= 10)
  }

  @Test func `what a failed connection did not get to is given back`() throws {
    let plain = [UInt8](String(repeating: "250 no TLS here\r\n", count: 200).utf8)
    let (near, _) = MemoryChannel.pair(capacity: 1 << 20)
    let client = TLSStream(
      try Settings(.tls13).rings(512).clientEngine(), over: near, initialCiphertext: plain)
    #expect(client.takeUnconsumedCiphertext() == [])
    #expect(streamError { try client.handshake() }?.tls?.fault == .peer)
    let rest = client.takeUnconsumedCiphertext()
    #expect(rest.count >= plain.count - 512 && plain.suffix(rest.count) == rest[...])
  }

  @Test(arguments: versions, [0, 5, 100_000])
  func `behind both closes plain text goes on both ways with nothing lost`(
    version: ProtocolVersion, count: Int
  ) throws {
    for ring in [512, 17408] {
      let (client, server) = try open(Settings(version).rings(ring))
      #expect(try client.closeSending() == .ended)
      #expect(try client.base.write(pattern(count)) == .moved(count))
      #expect(try server.read().movement == .ended)
      #expect(try server.closeSending() == .ended)
      #expect(try server.base.write(pattern(count, seed: 2)) == .moved(count))
      #expect(try client.read().movement == .ended)
      #expect(try server.takePlain() == pattern(count))
      #expect(try client.takePlain() == pattern(count, seed: 2))
    }
  }

  @Test(arguments: versions)
  func `TLS begins again right behind close_notify`(version: ProtocolVersion) throws {
    let settings = try Settings(version)
    let (client, server) = try open(settings)
    #expect(try client.closeSending() == .ended)
    #expect(try server.closeSending() == .ended)
    #expect(try client.read().movement == .ended)
    let again = try settings.clientStream(over: client.base)
    #expect(try again.write([]) == .wouldBlock)
    // close_notify and the new ClientHello come in one piece.
    #expect(try server.read().movement == .ended)
    #expect(server.engine.unreadCiphertext > 100)
    let other = TLSStream(
      try settings.serverEngine(), over: server.base,
      initialCiphertext: server.takeUnconsumedCiphertext())
    let (one, two) = (
      WriteFirst(again, sending: pattern(300)), WriteFirst(other, sending: pattern(300))
    )
    try takeTurns(one, two)
    #expect(one.received == pattern(300) && two.received == pattern(300))
  }
}

extension TLSStream<MemoryChannel> {
  /// What has come behind the peer's close_notify.
  fileprivate func takePlain() throws -> [UInt8] {
    try takeUnconsumedCiphertext() + base.read(upTo: 1 << 20).bytes
  }
}

/// Both ends, their handshakes done and nothing on its way.
private func open(
  _ settings: Settings
) throws -> (client: TLSStream<MemoryChannel>, server: TLSStream<MemoryChannel>) {
  let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
  let (client, server) = (
    try settings.clientStream(over: near), try settings.serverStream(over: far)
  )
  for _ in 0..<10 {
    _ = try client.write([])
    _ = try server.write([])
  }
  try #require(client.engine.phase == .open && server.engine.phase == .open)
  return (client, server)
}
