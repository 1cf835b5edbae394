import MemoryTLS
import MemoryTLSTesting
import Testing

/// When and how many tickets are sent, as the server's own messages show.
@Suite(.withAllAndNeededAlgorithms) struct TicketsTests {
  @Test(arguments: versions, [Tickets.none, .afterHandshake(0), .withFirstWrite(0)])
  func `none are sent`(version: ProtocolVersion, tickets: Tickets) throws {
    let pair = try pair(version, tickets)
    try pair.settle()
    pair.server.send(text(10))
    try pair.settle()
    #expect(ticketCount(pair) == 0)
    #expect(pair.client.received == text(10))
  }

  @Test(arguments: [1, 2, 3, 16], wires)
  func `after the handshake, before done`(count: Int, wire: Wire) throws {
    let pair = try pair(.tls13, .afterHandshake(count), wire)
    try pair.settle()
    #expect(ticketCount(pair) == count)
    pair.server.send(text(10))
    try pair.settle()
    #expect(ticketCount(pair) == count)
  }

  @Test(arguments: [1, 2, 3, 16], wires)
  func `with the first write and no other`(count: Int, wire: Wire) throws {
    let pair = try pair(.tls13, .withFirstWrite(count), wire)
    try pair.settle()
    #expect(ticketCount(pair) == 0)
    for _ in 0..<3 {
      pair.server.send(text(10))
      try pair.settle()
      #expect(ticketCount(pair) == count)
    }
    #expect(pair.client.received == text(10) + text(10) + text(10))
  }

  @Test func `with a first write into a full ring`() throws {
    let settings = Settings(.tls13).capacity(512).changed {
      $0.server.tickets = .withFirstWrite(16)
    }
    let puppets = try settings.open()
    var needs = 0
    for _ in 0..<100 {
      guard try puppets.server.engine.write(text(10)) != .moved(10) else { break }
      needs += 1
      puppets.client.take(puppets.server.pull(upTo: 100))
    }
    puppets.client.take(puppets.server.pull())
    #expect(needs > 0)
    #expect(puppets.client.received == text(10))
  }

  @Test func `a server that never writes sends none and closes cleanly`() throws {
    let pair = try pair(.tls13, .withFirstWrite(2))
    try pair.settle()
    pair.client.close()
    pair.server.close()
    try pair.settle()
    #expect(ticketCount(pair) == 0)
    #expect(pair.client.hasEnded && pair.server.hasEnded)
  }

  @Test(arguments: [Tickets.afterHandshake(1), .afterHandshake(3), .withFirstWrite(2)])
  func `in TLS 1.2 one is part of the handshake`(tickets: Tickets) throws {
    let pair = try pair(.tls12, tickets)
    try pair.settle()
    #expect(ticketCount(pair) == 1)
    pair.server.send(text(10))
    try pair.settle()
    #expect(ticketCount(pair) == 1)
  }

  @Test func `one with the first write is the default`() {
    #expect(TLSConfiguration().tickets == .withFirstWrite(1))
  }

  @Test(arguments: [Tickets.afterHandshake(17), .withFirstWrite(-1), .afterHandshake(.max)])
  func `impossible numbers are refused`(tickets: Tickets) throws {
    let error = #expect(throws: TLSError.self) { try pair(.tls13, tickets) }
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("tickets are not within 0...16") == true)
  }

  private func pair(
    _ version: ProtocolVersion, _ tickets: Tickets, _ wire: Wire = .whole
  ) throws -> EnginePair {
    try Settings(version).changed { $0.server.tickets = tickets }.pair(wire)
  }

  private func ticketCount(_ pair: EnginePair) -> Int {
    pair.log.flights.flatMap(\.messages).filter { $0 == "NewSessionTicket" }.count
  }
}
