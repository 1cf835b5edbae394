import MemoryTLS
@testable import MemoryTLSFlights
import MemoryTLSTesting
import Testing

@Suite struct RewriterTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func `whatever a network does, the flights are the same`(seed: UInt64) throws {
    let log = conversation(seed: seed)
    var rewriter = Rewriter(seed: seed)
    let bytes = try rewriter.rewrite(log.capture(as: .pcapng), Self.harmless)
    let capture = try Capture(bytes)
    #expect(capture.streams.count == 1 && capture.skipped.count == 0)
    #expect(capture.packetCount > log.flights.count + 6)
    let stream = try #require(capture.streams.first)
    #expect(stream.holes == [])
    #expect(stream.log?.flights.map(\.bytes) == log.flights.map(\.bytes))
    #expect(stream.log?.flights.map(\.direction) == log.flights.map(\.direction))
  }

  @Test(.needsTshark, arguments: 1...12 as ClosedRange<UInt64>)
  func `tshark puts the same streams together`(seed: UInt64) throws {
    var rewriter = Rewriter(seed: seed)
    let original = conversation(seed: seed).capture(as: .pcap)
    // A copy behind what acknowledges it would be too late for tshark, but not for us.
    for changes in [Self.harmless, [.split, .overlap, .reorder, .lose]] {
      try expectSameStreams(rewriter.rewrite(original, changes))
    }
  }

  @Test func `the same seed rewrites in the same way`() throws {
    let original = conversation(seed: 1).capture(as: .pcap)
    var (one, same, other) = (Rewriter(seed: 1), Rewriter(seed: 1), Rewriter(seed: 2))
    let bytes = try one.rewrite(original)
    #expect(try bytes == same.rewrite(original))
    #expect(try bytes != other.rewrite(original))
  }

  @Test func `each change is made`() throws {
    let log = conversation(seed: 3)
    let original = log.capture(as: .pcap)
    let count = try Capture(original).packetCount
    for change in Rewriter.Change.allCases {
      var rewriter = Rewriter(seed: 3)
      let changed = try Capture(rewriter.rewrite(original, [change]))
      switch change {
      case .split, .overlap, .duplicate: #expect(changed.packetCount > count)
      case .reorder: #expect(changed.packetCount == count)
      case .lose:
        #expect(changed.packetCount < count)
        #expect(changed.streams.flatMap(\.holes) != [])
      }
    }
  }

  /// As tshark prints what it has only up to the last hole that an acknowledgement shows, and ours ends
  /// at the first, they are compared up to there.
  private func expectSameStreams(_ capture: [UInt8]) throws {
    let stream = try #require(try Capture(capture).streams.first)
    let sides = try Tshark.follow(0, of: capture)
    let addresses = stream.endpoints.split(separator: " ").map(String.init)
    for (address, direction) in zip(addresses, [Direction.clientToServer, .serverToClient]) {
      let side = try #require(sides[address])
      let hole = stream.holes.first { $0.direction == direction }
      let bytes = stream.log?.flights.flatMap { $0.direction == direction ? $0.bytes : [] }
      if let bytes { #expect(bytes == side.bytes) }
      #expect(stream.byteCounts[direction] == side.bytes.count)
      if let missing = side.missing { #expect(hole?.byteCount ?? missing == missing) }
      #expect((hole == nil) <= (side.missing == nil))
    }
  }

  /// Flights of up to a few segments.
  private func conversation(seed: UInt64) -> FlightLog {
    var numbers = SplitMix64(seed: seed)
    var log = FlightLog()
    log.append(TestBytes.clientHello, .clientToServer)
    log.append(TestBytes.serverHello, .serverToClient)
    for index in 0..<12 {
      let bytes = TestBytes.noise(Int.random(in: 1...6000, using: &numbers), seed: seed)
      log.append(bytes, index.isMultiple(of: 2) ? .serverToClient : .clientToServer)
    }
    return log
  }

  private static let harmless: Set<Rewriter.Change> = [.split, .overlap, .duplicate, .reorder]
}

extension Bool {
  /// Whether the second follows from the first.
  fileprivate static func <= (one: Bool, other: Bool) -> Bool { !one || other }
}
