import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Frames over a channel in memory.
typealias Framed = FramedTransport<MemoryChannel>

extension FramedTransport: Metered where Base: Metered {
  var travelled: Int { base.travelled }
}

extension FramedTransport.Failure {
  var framing: FramingError? { if case .framing(let error) = self { error } else { nil } }
}

/// Two transports that speak one format over a channel in memory.
struct FramedEnds {
  let near: Framed
  let far: Framed

  init(_ framing: any Framing, capacity: Int = 1 << 20) {
    let (near, far) = MemoryChannel.pair(capacity: capacity)
    (self.near, self.far) = (Framed(near, framing: framing), Framed(far, framing: framing))
  }
}

/// Client and server over frames.
struct FramedPair {
  let client: TLSStream<Framed>
  let server: TLSStream<Framed>

  init(_ settings: Settings, _ framing: any Framing, capacity: Int = 1 << 20) throws {
    let ends = FramedEnds(framing, capacity: capacity)
    client = try settings.clientStream(over: ends.near)
    server = try settings.serverStream(over: ends.far)
  }

  /// Moves the handshake until both have finished and nothing is on its way.
  func shakeHands() throws {
    for _ in 0..<10 {
      _ = try client.write([])
      _ = try server.write([])
    }
    try #require(client.engine.phase == .open && server.engine.phase == .open)
  }

  /// A handshake, data both ways at the same time, and both closes.
  func exchange(_ count: Int) throws {
    let client = WriteFirst(client, sending: pattern(count), reading: .meanwhile)
    let server = WriteFirst(server, sending: pattern(count, seed: 2), reading: .meanwhile)
    try takeTurns(client, server)
    #expect(client.received == pattern(count, seed: 2))
    #expect(server.received == pattern(count))
  }
}

/// A channel whose other side sends the same bytes for ever, and takes everything.
final class Repeating: Transport {
  private let bytes: [UInt8]
  private(set) var bytesRead = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(into out: inout OutputSpan<UInt8>) throws(Errno) -> Movement {
    let count = out.freeCapacity
    for place in 0..<count { out.append(bytes[(bytesRead + place) % bytes.count]) }
    bytesRead += count
    return .moved(count)
  }

  func write(_ bytes: Span<UInt8>) throws(Errno) -> Movement { .moved(bytes.count) }
  func closeSending() throws(Errno) -> Movement { .ended }
  func readiness(for interest: Interest) -> Readiness { .now }
}

extension Settings {
  /// With a server whose certificate alone is longer than 17 KiB.
  var longChain: Settings {
    get throws {
      let names = (0..<600).map { Certificate.Name.dns("a-name-among-many-others-\($0).example") }
      let identity = try Self.identities.authority.issue(
        .server, names: [.dns("localhost")] + names)
      var settings = self
      settings.server.identities = [identity.identity]
      return settings
    }
  }
}

extension [UInt8] {
  /// The TLS records that these bytes are, nothing before, between or behind them; nil if they are not.
  var records: [[UInt8]]? {
    var rest = self[...]
    var records: [[UInt8]] = []
    while !rest.isEmpty {
      let header = [UInt8](rest.prefix(5))
      guard header.count == 5, (20...23).contains(header[0]), header[1] == 3 else { return nil }
      let length = 5 + Int(header[3]) << 8 + Int(header[4])
      guard rest.count >= length else { return nil }
      records.append([UInt8](rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return records
  }
}
