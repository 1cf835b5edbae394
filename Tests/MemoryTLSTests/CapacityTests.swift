import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Handshake, echo and clean close at every kind of ring and wire; a stall is a failure.
@Suite struct CapacityTests {
  @Test(arguments: capacities, versions)
  func `1 MiB is echoed whole`(capacity: Int, version: ProtocolVersion) throws {
    try expectEcho(of: Self.mebibyte, capacity, version, .whole)
  }

  @Test(arguments: capacities, versions)
  func `1 MiB is echoed in pieces of 100 bytes`(capacity: Int, version: ProtocolVersion) throws {
    try expectEcho(of: Self.mebibyte, capacity, version, .bytes(100))
  }

  @Test(arguments: capacities, versions)
  func `64 KiB are echoed in pieces of 5 bytes`(capacity: Int, version: ProtocolVersion) throws {
    try expectEcho(of: Self.some, capacity, version, .bytes(5))
  }

  @Test(arguments: capacities, versions)
  func `64 KiB are echoed byte by byte`(capacity: Int, version: ProtocolVersion) throws {
    try expectEcho(of: Self.some, capacity, version, .bytes(1))
  }

  @Test(arguments: [512, 513, 1000, 17_408], versions)
  func `chains above 17 KiB pass both ways`(capacity: Int, version: ProtocolVersion) throws {
    let settings = Settings(version).mutual.capacity(capacity).changed {
      $0.server.identities = [Self.longServer.identity]
      $0.client.identities = [Self.longClient.identity]
    }
    for wire in [Wire.whole, .bytes(1), .seeded(3)] {
      let pair = try settings.pair(wire)
      try pair.settle()
      #expect(pair.client.engine.negotiated?.peerCertificates.count == Self.longServer.chain.count)
      #expect(pair.server.engine.negotiated?.peerCertificates.count == Self.longClient.chain.count)
      #expect(pair.log.flights.allSatisfy { Record.split($0.bytes).rest == 0 })
    }
  }

  @Test(arguments: versions)
  func `a ring of different size in each direction`(version: ProtocolVersion) throws {
    let sizes = RingCapacity(incoming: 512, outgoing: 20_000)
    let settings = Settings(version).changed {
      $0.client.ringCapacity = sizes
      $0.server.ringCapacity = RingCapacity(incoming: 100_000, outgoing: 600)
    }
    let pair = try settings.pair()
    #expect(pair.client.engine.ciphertextCapacity == 512)
    #expect(pair.server.engine.ciphertextCapacity == 100_000)
    try pair.settle()
    pair.client.send(Self.some)
    pair.server.send(Self.some)
    try pair.settle()
    #expect(pair.client.received == Self.some && pair.server.received == Self.some)
  }

  private func expectEcho(
    of data: [UInt8], _ capacity: Int, _ version: ProtocolVersion, _ wire: Wire
  ) throws {
    let pair = try Settings(version).capacity(capacity).pair(wire)
    try pair.settle(limit: 1_000_000)
    pair.client.send(data)
    try pair.settle(limit: 1_000_000)
    pair.server.send(pair.server.received)
    try pair.settle(limit: 1_000_000)
    #expect(pair.client.received == data)
    let (first, second) =
      capacity % 2 == 0 ? (pair.client, pair.server) : (pair.server, pair.client)
    first.close()
    try pair.settle()
    #expect(second.hasEnded && !first.hasEnded)
    second.close()
    try pair.settle()
    #expect(first.hasEnded)
  }

  private static let capacities = [512, 513, 600, 1024, 4096, 16_384, 17_408]
  private static let mebibyte = text(1 << 20)
  private static let some = text(64 << 10)

  private static let longServer = fixture { try chain(.server, [.dns("localhost")]) }
  private static let longClient = fixture { try chain(.client, []) }

  /// A leaf under intermediates, about 900 bytes each.
  private static func chain(
    _ purpose: TestIdentity.Purpose, _ names: [Certificate.Name]
  ) throws(TLSError) -> TestIdentity {
    let organization = String(repeating: "\u{1F3E2}", count: 64)
    var issuer = Settings.authority
    for number in 0..<24 {
      issuer = try issuer.issue(.authority, "Intermediate \(number)", organization: organization)
    }
    let leaf = try issuer.issue(purpose, names: names)
    precondition(leaf.chain.joined().count > 17 << 10, "the chain is too short")
    return leaf
  }
}
