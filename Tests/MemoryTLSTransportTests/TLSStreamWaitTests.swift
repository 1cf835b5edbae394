import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// A call that ends early fails nothing: the connection goes on.
@Suite struct TLSStreamWaitTests {
  @Test(arguments: versions, Channel.allCases)
  func `a handshake that a deadline ended goes on later`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try channel.ends()
    let silent = Gate()
    try await together {
      let stream = try settings.clientStream(over: near)
      for deadline in [ContinuousClock.now - .seconds(1), .now, .now + .milliseconds(1)] {
        let error = streamError { try stream.handshake(until: deadline) }
        #expect(error?.wait == .deadlineExceeded)
        #expect(stream.engine.phase == .handshake)
      }
      silent.open()
      try stream.handshake(until: stalled)
      try expectEcho(stream)
    } _: {
      silent.pass()
      try echo(try settings.serverStream(over: far))
    }
  }

  @Test(arguments: versions)
  func `closing that a deadline ended goes on later`(version: ProtocolVersion) throws {
    let settings = try Settings(version)
    let (near, far) = MemoryChannel.pair(capacity: 1)
    let (client, server) = (
      try settings.clientStream(over: near), try settings.serverStream(over: far)
    )
    for _ in 0..<100_000
    where client.engine.phase == .handshake || server.engine.phase == .handshake {
      _ = try (client.write([]), server.write([]))
    }
    #expect(streamError { try client.close(until: .now) }?.wait == .deadlineExceeded)
    var movement = Movement.wouldBlock
    for _ in 0..<1000 where movement == .wouldBlock {
      movement = try server.read().movement
      _ = try client.closeSending()
    }
    #expect(movement == .ended)
    #expect(client.engine.phase == .closing && client.engine.pendingCiphertext == 0)
  }

  @Test(arguments: versions)
  func `receiving that a deadline ended goes on later`(
    version: ProtocolVersion
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try Channel.pipes.ends()
    try await together {
      let stream = try settings.clientStream(over: near)
      try stream.handshake(until: stalled)
      let receiving = streamError { _ = try stream.receive(until: .now) }
      #expect(receiving?.wait == .deadlineExceeded)
      try expectEcho(stream)
    } _: {
      try echo(try settings.serverStream(over: far))
    }
  }

  @Test(arguments: versions)
  func `an interruption ends each call until it is reset`(version: ProtocolVersion) async throws {
    let settings = try Settings(version)
    let (near, far) = try Channel.sockets.ends()
    let interrupter = try Interrupter()
    let (silent, waiting) = (Gate(), Gate())
    let client = Worker {
      let stream = try settings.clientStream(
        over: DescriptorTransport(near), interrupter: interrupter)
      waiting.open()
      #expect(streamError { try stream.handshake(until: stalled) }?.wait == .interrupted)
      #expect(streamError { try stream.handshake(until: stalled) }?.wait == .interrupted)
      interrupter.reset()
      silent.open()
      try stream.handshake(until: stalled)
      interrupter.interrupt()
      #expect(streamError { _ = try stream.receive(until: stalled) }?.wait == .interrupted)
      interrupter.reset()
      try expectEcho(stream)
    }
    let server = Worker {
      silent.pass()
      try echo(try settings.serverStream(over: far))
    }
    try await apart {
      waiting.pass()
      interrupter.interrupt()
    }
    try await client.value
    try await server.value
  }

  @Test(arguments: versions, Channel.allCases)
  func `plaintextWritten tells where to go on after a send that ended early`(
    version: ProtocolVersion, channel: Channel
  ) async throws {
    let settings = try Settings(version)
    let (near, far) = try channel.ends()
    let sent = pattern(1 << 20)
    let full = Gate()
    let (_, received) = try await together {
      let stream = try settings.clientStream(over: near)
      try stream.handshake(until: stalled)
      for _ in 0..<3 {
        let rest = Array(sent[stream.plaintextWritten...])
        #expect(streamError { try stream.send(rest, until: .now) }?.wait == .deadlineExceeded)
        #expect(0 < stream.plaintextWritten && stream.plaintextWritten < sent.count)
      }
      full.open()
      for _ in 0..<100 where stream.plaintextWritten < sent.count {
        let rest = Array(sent[stream.plaintextWritten...])
        try? stream.send(rest, until: .now + .milliseconds(1))
      }
      try stream.send(Array(sent[stream.plaintextWritten...]), until: stalled)
      try stream.close(until: stalled)
      #expect(try stream.receive(until: stalled) == [])
    } _: {
      let stream = try settings.serverStream(over: far)
      try stream.handshake(until: stalled)
      full.pass()
      let received = try stream.receive(exactly: sent.count)
      #expect(try stream.receive(until: stalled) == [])
      try stream.close(until: stalled)
      return received
    }
    #expect(received == sent)
  }

  @Test func `a channel without anything to wait for says so`() throws {
    let (near, far) = MemoryChannel.pair(capacity: 100_000)
    let stream = try Settings(.tls13).clientStream(over: near)
    #expect(streamError { try stream.handshake() }?.wait == .nothingToWaitFor)
    #expect(try far.read().bytes.first == 22)
  }
}

/// Sends, expects the same back, closes.
private func expectEcho(_ stream: TLSStream<DescriptorTransport>) throws {
  try stream.send(pattern(50_000), until: stalled)
  #expect(try stream.receive(exactly: 50_000) == pattern(50_000))
  try stream.close(until: stalled)
  #expect(try stream.receive(until: stalled) == [])
}

private func echo(_ stream: TLSStream<DescriptorTransport>) throws {
  try stream.send(try stream.receive(exactly: 50_000), until: stalled)
  #expect(try stream.receive(until: stalled) == [])
  try stream.close(until: stalled)
}
