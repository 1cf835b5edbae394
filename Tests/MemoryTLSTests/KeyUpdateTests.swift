@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Key updates: requested, answered, counted.
@Suite(.withAllAndNeededAlgorithms) struct KeyUpdateTests {
  @Test(arguments: bothRoles, wires)
  func `one of ours is seen at both ends and asks for none`(isServer: Bool, wire: Wire) throws {
    let pair = try Settings(.tls13).pair(wire)
    try pair.settle()
    let (us, them) = isServer ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(try us.engine.updateKeys(.ours) == .done)
    try settle(pair)
    #expect(us.engine.keyUpdates == KeyUpdate.Counts(sent: 1, received: 0))
    #expect(them.engine.keyUpdates == KeyUpdate.Counts(sent: 0, received: 1))
    let direction: Direction = isServer ? .serverToClient : .clientToServer
    #expect(us.engine.allEvents() == [.keyUpdated(direction)])
    #expect(them.engine.allEvents() == [.keyUpdated(direction)])
  }

  // RFC 8446 §4.6.3: "the receiver MUST send a KeyUpdate of its own with request_update set to
  // "update_not_requested" prior to sending its next Application Data record."
  @Test(arguments: bothRoles, wires)
  func `one that asks is answered before the next data`(isServer: Bool, wire: Wire) throws {
    let pair = try Settings(.tls13).pair(wire)
    try pair.settle()
    let (us, them) = isServer ? (pair.server, pair.client) : (pair.client, pair.server)
    #expect(try us.engine.updateKeys() == .done)
    try pair.settle()
    #expect(them.engine.keyUpdates == KeyUpdate.Counts(sent: 0, received: 1))
    try settle(pair)
    #expect(us.engine.keyUpdates == KeyUpdate.Counts(sent: 1, received: 1))
    #expect(them.engine.keyUpdates == KeyUpdate.Counts(sent: 1, received: 1))
    let directions: [Direction] =
      isServer ? [.serverToClient, .clientToServer] : [.clientToServer, .serverToClient]
    #expect(us.engine.allEvents() == directions.map { .keyUpdated($0) })
    #expect(them.engine.allEvents() == directions.map { .keyUpdated($0) })
  }

  /// An answer inside a write would leave its record half written.
  @Test(arguments: [512, 600, 1024, 17_408], bothRoles)
  func `an answer and the data behind it always fit the ring`(
    capacity: Int, isServer: Bool
  ) throws {
    let puppets = try Settings(.tls13).capacity(capacity).open()
    let (us, them) = (puppets[isServer], puppets[!isServer])
    for round in 1...20 {
      #expect(try us.engine.updateKeys() == .done)
      us.pull()
      them.take(us.news())
      // The largest record that fits an empty ring, then a smaller one.
      let before = us.received.count
      for size in [capacity - 22, 100] {
        var rest = text(size)[...]
        for _ in 0..<10 where !rest.isEmpty {
          switch try them.engine.write(rest.span) {
          case .moved(let count): rest.removeFirst(count)
          case .needs(let need):
            #expect(need == .pull)
            us.take(them.pull())
          case .ended: Issue.record("ended")
          }
        }
        #expect(rest.isEmpty)
      }
      us.take(them.pull())
      #expect(us.received.count == before + capacity - 22 + 100 && us.error == nil)
      #expect(them.engine.keyUpdates.sent == round)
    }
  }

  @Test(arguments: bothRoles)
  func `a full ring needs a pull, and the repeated call is one update`(isServer: Bool) throws {
    let puppets = try Settings(.tls13).capacity(512).changed { $0.server.tickets = .none }.open()
    let us = puppets[isServer]
    _ = try us.engine.write(text(480))
    for _ in 0..<3 { #expect(try us.engine.updateKeys() == .needs(.pull)) }
    #expect(us.engine.keyUpdates.sent == 0)
    us.pull()
    #expect(try us.engine.updateKeys() == .done)
    us.pull()
    puppets[!isServer].take(us.news())
    #expect(puppets[!isServer].engine.keyUpdates.received == 1)
    #expect(puppets[!isServer].received.count == 480)
  }

  @Test(arguments: bothRoles)
  func `out of place it is a caller's fault`(isServer: Bool) throws {
    let unavailable = try Settings(.tls12).open()[isServer].engine
    let error = #expect(throws: TLSError.self) { try unavailable.updateKeys() }
    #expect(error?.code == .unavailable && error?.fault == .caller)
    #expect(try unavailable.write([1]) == .moved(1))
    let early = try Puppets(Settings(.tls13))[isServer].engine
    #expect(throws: TLSError.misuse(.handshakeIncomplete, .handshake)) { try early.updateKeys() }
    let closed = try Settings(.tls13).open()[isServer].engine
    _ = try closed.close()
    #expect(throws: TLSError.misuse(.writeAfterClose, .closing)) { try closed.updateKeys() }
    #expect(closed.terminalError == nil)
  }

  /// A byte each way, and no tickets among the events.
  private func settle(_ pair: EnginePair) throws {
    pair.client.send([1])
    pair.server.send([2])
    try pair.settle()
    #expect(pair.client.received.last == 2 && pair.server.received.last == 1)
  }
}
