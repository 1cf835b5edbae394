import MemoryTLS
import MemoryTLSTesting
import Testing

/// Faults as an ``EnginePair`` shows them.
@Suite struct FaultyPairTests {
  private func pair(_ fault: String, wire: Wire = .whole) throws -> EnginePair {
    let authority = try TestIdentity.authority(seed: 2)
    var (client, server) = (TLSConfiguration(), TLSConfiguration())
    server.identities = [try authority.issue(.server, names: [.dns("localhost")]).identity]
    client.trust = authority.trust
    let pair = try EnginePair(client: client, server: server, wire: wire, seed: 2)
    pair.inject(try Fault(fault))
    return pair
  }

  @Test(arguments: [Wire.whole, .bytes(1), .seeded(1)])
  func `a changed ClientHello is the peer's fault at both ends`(wire: Wire) throws {
    let pair = try pair("client flight 1: flip bit 0 of byte 11", wire: wire)
    let failure = #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(failure?.reason == .failed)
    #expect(failure?.client?.fault == .peer && failure?.server?.fault == .peer)
    #expect(pair.server.error?.alert?.origin != pair.client.error?.alert?.origin)
  }

  @Test(arguments: [Wire.whole, .bytes(1), .seeded(1)])
  func `a cut wire stalls, an ended one is truncated`(wire: Wire) throws {
    let stalled = try pair("server flight 1: cut after 500 bytes", wire: wire)
    #expect(throws: PairFailure.self) { try stalled.settle() }
    #expect(stalled.client.error == nil && stalled.server.error == nil)
    let ended = try pair("server flight 1: end after 500 bytes", wire: wire)
    #expect(throws: PairFailure.self) { try ended.settle() }
    #expect(ended.client.error?.code == .truncated)
    #expect(ended.server.error?.alert?.alert == .decodeError)
  }

  @Test(arguments: [Wire.whole, .bytes(1), .seeded(1)])
  func `a record that is only late does no harm, and one that overtakes does`(wire: Wire) throws {
    let late = try pair("client flight 1: delay record 1 by 5 turns", wire: wire)
    try late.settle()
    #expect(late.client.error == nil && late.server.error == nil)
    let overtaken = try pair("server flight 1: delay record 1 by 5 turns", wire: wire)
    #expect(throws: PairFailure.self) { try overtaken.settle() }
    #expect(overtaken.client.error?.alert?.alert == .unexpectedMessage)
  }

  @Test(arguments: [Wire.whole, .bytes(1), .seeded(1)])
  func `bytes that come back are the peer's fault`(wire: Wire) throws {
    let pair = try pair("client flight 1: reflect record 1", wire: wire)
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.client.error?.code == .protocolFailure)
    #expect(pair.client.error?.alert?.alert == .unexpectedMessage)
    #expect(pair.server.error?.fault == .peer)
  }

  @Test func `the log has what was sent, and not what came`() throws {
    let pair = try pair("client flight 1: drop record 1")
    #expect(throws: PairFailure.self) { try pair.settle() }
    #expect(pair.log.flights.count == 1 && pair.log.flights[0].records.count == 1)
    #expect(pair.server.engine.unreadCiphertext == 0)
  }

  @Test func `a fault behind everything changes nothing`() throws {
    let pair = try pair("server: cut after 100000 bytes")
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }
}
