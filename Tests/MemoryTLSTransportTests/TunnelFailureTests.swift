import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

@Suite struct TunnelFailureTests {
  @Test(arguments: versions)
  func `a truncation comes behind everything that was received`(version: ProtocolVersion) throws {
    let ends = try MemoryTunnel(version)
    #expect(try ends.peer.write(pattern(16000)) == .moved(16000))
    #expect(try ends.peer.base.closeSending() == .ended)
    let failure = tunnelFailure { try ends.tunnel.run() }
    #expect(failure?.secure?.tls?.code == .truncated)
    #expect(try ends.plain.read().bytes == pattern(16000))
    #expect(try ends.plain.read().movement == .wouldBlock)
  }

  @Test(arguments: versions)
  func `a peer that takes no more fails the tunnel behind everything it had sent`(
    version: ProtocolVersion
  ) throws {
    let ends = try MemoryTunnel(version, plainCapacity: 40_000)
    for _ in 0..<2 { #expect(try ends.peer.write(pattern(16000)) == .moved(16000)) }
    ends.near.breakSending()
    #expect(try ends.plain.write(pattern(1000)) == .moved(1000))
    let failure = tunnelFailure { try ends.tunnel.run() }
    #expect(failure?.secure?.transport == .brokenPipe)
    #expect(try ends.plain.read().bytes == pattern(16000) + pattern(16000))
  }

  @Test(arguments: versions)
  func `a plain side that takes no more fails the tunnel`(version: ProtocolVersion) throws {
    let ends = try MemoryTunnel(version)
    #expect(try ends.peer.write(pattern(1000)) == .moved(1000))
    ends.plainNear.breakSending()
    #expect(tunnelFailure { try ends.tunnel.run() }?.plain == .brokenPipe)
  }

  @Test(arguments: versions)
  func `an interruption ends the run, and another goes on`(version: ProtocolVersion) async throws {
    let bridge = try Bridge(version, interruptions: 1)
    bridge.interrupter.interrupt()
    try await apart {
      defer { for end in [bridge.left, bridge.right] { try? end.output.close() } }
      bridge.interrupted.pass()
      try bridge.left.output.writeAll(pattern(5000))
      try bridge.right.output.writeAll(pattern(6000))
    }
    #expect(try await apart { try bridge.right.input.readToEnd() } == pattern(5000))
    #expect(try await apart { try bridge.left.input.readToEnd() } == pattern(6000))
    for end in [bridge.left, bridge.right] { try end.input.close() }
    try await bridge.client.value
    try await bridge.server.value
  }
}

typealias MemoryTunnelFailure = Tunnel<MemoryChannel, MemoryChannel>.Failure

func tunnelFailure(_ body: () throws -> Void) -> MemoryTunnelFailure? {
  do { try body() } catch { return error as? MemoryTunnelFailure }
  return nil
}

extension Tunnel.Failure {
  var plain: Plain.Failure? { if case .plain(let error) = self { error } else { nil } }
  var secure: StreamError<Base.Failure>? {
    if case .secure(let error) = self { error } else { nil }
  }
  var wait: WaitFailure? { if case .wait(let error) = self { error } else { nil } }
}
