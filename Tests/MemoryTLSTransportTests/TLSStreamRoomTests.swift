import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Channels that have no room when there is something to send.
@Suite struct TLSStreamRoomTests {
  @Test(arguments: versions)
  func `handshake does not return before its last flight is on its way`(
    version: ProtocolVersion
  ) throws {
    let settings = try Settings(version).mutual()
    let (near, far) = MemoryChannel.pair(capacity: 1)
    let client = try settings.clientStream(over: near)
    let server = try settings.serverStream(over: far)
    var clientIsDone = false
    var serverIsDone = false
    for _ in 0..<100_000 where !(clientIsDone && serverIsDone) {
      if try finishes(client) { clientIsDone = true }
      if try finishes(server) { serverIsDone = true }
    }
    #expect(clientIsDone && serverIsDone)
  }

  @Test(arguments: versions)
  func `an alert waits for room`(version: ProtocolVersion) throws {
    let settings = try Settings(version).clientTrustsOther
    let (near, far) = MemoryChannel.pair(capacity: 1 << 20)
    let client = try settings.clientStream(over: Stuffed(near))
    let server = try settings.serverStream(over: far)
    #expect(streamError { try client.handshake() }?.wait == .nothingToWaitFor)
    #expect(try server.write([]) == .wouldBlock)
    client.base.isStuffed = true
    #expect(streamError { try client.handshake() }?.tls?.sent(.unknownCA) == true)
    #expect(client.engine.pendingCiphertext == 0)
    #expect(streamError { _ = try server.read() }?.tls?.isAlert(.unknownCA) == true)
  }
}

/// Whether the handshake returned instead of having to wait.
private func finishes(_ stream: TLSStream<MemoryChannel>) throws -> Bool {
  do {
    try stream.handshake()
  } catch {
    guard error.wait == .nothingToWaitFor else { throw error }
    return false
  }
  #expect(stream.engine.phase == .open)
  #expect(stream.engine.pendingCiphertext == 0)
  return true
}

/// A channel without room until somebody waits for it.
private final class Stuffed: Transport {
  var isStuffed = false
  private let channel: MemoryChannel

  init(_ channel: MemoryChannel) { self.channel = channel }

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    try channel.read(into: &out)
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement {
    guard !isStuffed else { return .wouldBlock }
    return try channel.write(bytes)
  }

  func closeSending() throws(Errno) -> Movement { try channel.closeSending() }

  func readiness(for interest: Interest) -> Readiness {
    guard isStuffed, interest.contains(.write) else { return Readiness() }
    isStuffed = false
    return .now
  }
}
