import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct ReadAheadTests {
  @Test(arguments: versions)
  func `the ring gives back what lies behind close_notify`(version: ProtocolVersion) throws {
    let (client, server) = try conversation(version, .ring)
    #expect(client.engine.takeUnconsumedCiphertext() == [])
    #expect(try client.read().movement == .ended)
    #expect(client.engine.takeUnconsumedCiphertext() == Array("plain".utf8))
    #expect(client.engine.takeUnconsumedCiphertext() == [])
    #expect(try client.base.read().movement == .wouldBlock)
    #expect(server.engine.phase == .closing)
  }

  @Test(arguments: versions)
  func `without read-ahead it stays in the channel`(version: ProtocolVersion) throws {
    let (client, server) = try conversation(version, .none)
    for _ in 0..<2 { #expect(try client.read().movement == .ended) }
    #expect(client.engine.takeUnconsumedCiphertext() == [])
    #expect(try client.base.read().bytes == Array("plain".utf8))
    #expect(server.engine.phase == .closing)
  }

  @Test(arguments: versions)
  func `without read-ahead no call asks for more than one record's rest`(
    version: ProtocolVersion
  ) throws {
    let (client, _) = try conversation(version, .none)
    #expect(try client.read().movement == .ended)
    let requests = client.base.requests
    #expect(requests.allSatisfy { 1...17_408 ~= $0 })
    // Header and body of each record, and everything that was asked for was there.
    #expect(requests.count.isMultiple(of: 2))
    #expect(requests.enumerated().allSatisfy { $0.offset % 2 == 1 || $0.element == 5 })
    #expect(requests.reduce(0, +) == client.base.bytesRead)
  }

  @Test(arguments: versions, [1, 5, 100])
  func `without read-ahead everything works over short reads`(
    version: ProtocolVersion, capacity: Int
  ) throws {
    let settings = try Settings(version).mutual()
    let (near, far) = MemoryChannel.pair(capacity: capacity)
    let client = WriteFirst(
      try settings.clientStream(over: near, readAhead: .none), sending: pattern(3000))
    let server = WriteFirst(
      try settings.serverStream(over: far, readAhead: .ring), sending: pattern(3000, seed: 2))
    try takeTurns(client, server)
    #expect(client.received == pattern(3000, seed: 2))
    #expect(server.received == pattern(3000))
  }

  @Test(arguments: versions)
  func `another reader goes on behind close_notify on a pipe`(
    version: ProtocolVersion
  ) async throws {
    let settings = try Settings(version)
    let pipes = try PipePair()
    let input = try pipes.near.input.duplicate()
    defer { try? input.close() }
    let plain = try await together {
      let stream = try settings.clientStream(
        over: DescriptorTransport(pipes.near), readAhead: .none)
      try stream.send(pattern(20_000), until: stalled)
      #expect(try stream.receive(exactly: 20_000) == pattern(20_000))
      #expect(try stream.receive(until: stalled) == [])
      try stream.close(until: stalled)
      return try input.readToEnd()
    } _: {
      let stream = try settings.serverStream(
        over: DescriptorTransport(pipes.far), readAhead: .none)
      try stream.send(try stream.receive(exactly: 20_000), until: stalled)
      try stream.close(until: stalled)
      #expect(try stream.base.write(Array("behind".utf8)) == .moved(6))
      #expect(try stream.receive(until: stalled) == [])
    }.0
    #expect(plain == Array("behind".utf8))
  }
}

/// A handshake, data both ways, all of it read; then the server's close and plain bytes behind it.
private func conversation(
  _ version: ProtocolVersion, _ readAhead: TLSStream<MemoryChannel>.ReadAhead
) throws -> (client: TLSStream<MemoryChannel>, server: TLSStream<MemoryChannel>) {
  let settings = try Settings(version)
  let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
  let client = try settings.clientStream(over: near, readAhead: readAhead)
  let server = try settings.serverStream(over: far)
  for _ in 0..<4 {
    _ = try client.write([])
    _ = try server.write([])
  }
  #expect(try server.write(pattern(1000)) == .moved(1000))
  #expect(try client.read().bytes == pattern(1000))
  #expect(try client.write(pattern(1000)) == .moved(1000))
  #expect(try server.read().bytes == pattern(1000))
  #expect(try server.closeSending() == .ended)
  #expect(try server.base.write(Array("plain".utf8)) == .moved(5))
  return (client, server)
}
