import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Two blocking peers, each writing before reading, complete (openssl/openssl#25538).
@Suite struct WriteFirstTests {
  @Test(arguments: versions, [Tickets.withFirstWrite(1), .none, .afterHandshake(2)])
  func `over a channel of one byte, by turns`(version: ProtocolVersion, tickets: Tickets) throws {
    let settings = try Settings(version).tickets(tickets)
    let (near, far) = MemoryChannel.pair(capacity: 1)
    let client = WriteFirst(try settings.clientStream(over: near), sending: pattern(8192))
    let server = WriteFirst(try settings.serverStream(over: far), sending: pattern(8192, seed: 2))
    try takeTurns(client, server)
    #expect(client.received == pattern(8192, seed: 2))
    #expect(server.received == pattern(8192))
  }

  @Test(arguments: versions, [Tickets.withFirstWrite(1), .none, .afterHandshake(2)])
  func `over pipes of one page, each on its thread`(
    version: ProtocolVersion, tickets: Tickets
  ) async throws {
    let settings = try Settings(version).tickets(tickets)
    let pipes = try PipePair(capacity: 4096)
    let (client, server) = try await together {
      try exchange(settings.clientStream(over: pipes.near), sending: pattern(16384))
    } _: {
      try exchange(settings.serverStream(over: pipes.far), sending: pattern(16384, seed: 2))
    }
    #expect(client == pattern(16384, seed: 2))
    #expect(server == pattern(16384))
  }
}

private func exchange(
  _ stream: TLSStream<DescriptorTransport>, sending sent: [UInt8]
) throws -> [UInt8] {
  try stream.handshake(until: stalled)
  try stream.send(sent, until: stalled)
  let received = try stream.receive(exactly: sent.count)
  try stream.close(until: stalled)
  #expect(try stream.receive(until: stalled) == [])
  return received
}

/// A peer that reads nothing before everything it has to say is on its way, unless it is asked to;
/// never waits.
final class WriteFirst<Base: Metered> {
  private(set) var received: [UInt8] = []
  private(set) var isDone = false
  let stream: TLSStream<Base>
  private var rest: ArraySlice<UInt8>
  private let count: Int
  private var hasClosed = false
  private let reading: Reading

  enum Reading {
    case afterwards
    case meanwhile
  }

  init(_ stream: TLSStream<Base>, sending bytes: [UInt8], reading: Reading = .afterwards) {
    self.stream = stream
    self.reading = reading
    rest = bytes[...]
    count = bytes.count
  }

  /// Moves until it would block; false if nothing moved at all.
  func advance() throws -> Bool {
    var moved = false
    while !isDone, try step() { moved = true }
    return moved
  }

  private func step() throws -> Bool {
    if !rest.isEmpty {
      guard case .moved(let count) = try stream.write(Array(rest)) else {
        return try receiveFirst()
      }
      rest = rest.dropFirst(count)
      return true
    }
    // An empty write answers once everything is on its way.
    guard hasClosed || received.count == count else {
      guard try stream.write([]) == .moved(0) else { return try receiveFirst() }
      return try receive()
    }
    guard hasClosed else {
      hasClosed = try stream.closeSending() == .ended
      return hasClosed
    }
    return try receive()
  }

  private func receiveFirst() throws -> Bool { reading == .meanwhile ? try receive() : false }

  private func receive() throws -> Bool {
    let (bytes, movement) = try stream.read()
    received += bytes
    isDone = movement == .ended
    return movement != .wouldBlock
  }
}

/// A channel that counts the bytes it carries.
protocol Metered: Transport {
  var travelled: Int { get }
}

extension MemoryChannel: Metered {
  var travelled: Int { bytesRead + bytesWritten }
}

/// Drives both by turns; a round in which no byte travels, and none is held by a channel, is a stall.
func takeTurns<Base>(_ one: WriteFirst<Base>, _ other: WriteFirst<Base>) throws {
  func travelled() -> Int { one.stream.base.travelled + other.stream.base.travelled }
  for _ in 0..<100_000 {
    let before = travelled()
    let moved = [try one.advance(), try other.advance()]
    if one.isDone, other.isDone { return }
    let isReady = [one, other].contains { $0.stream.base.readiness(for: .read).isReady }
    guard moved != [false, false] || travelled() > before || isReady else {
      Issue.record("both wait: \(one.stream.engine), \(other.stream.engine)")
      return
    }
  }
  Issue.record("not done after 100,000 turns")
}
