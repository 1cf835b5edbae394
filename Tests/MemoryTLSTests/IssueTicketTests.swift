@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Tickets that a server gives out when it likes.
@Suite(.withAllAndNeededAlgorithms) struct IssueTicketTests {
  @Test(arguments: wires, [TicketFormat.stateless, .stateful])
  func `a ticket is issued when it is asked for`(wire: Wire, format: TicketFormat) throws {
    let settings = Settings(.tls13).telling.changed {
      $0.server.tickets = .whenIssued
      $0.server.ticketFormat = format
    }
    let reunion = try Reunion(settings)
    let pair = try reunion.meet(as: .name("localhost"), wire)
    #expect(pair.sessions.isEmpty)
    for _ in 0..<3 {
      #expect(try pair.server.engine.issueTicket() == .done)
      try pair.settle()
      let session = try #require(pair.sessions.last)
      #expect(try reunion.meet(resuming: session, as: .name("localhost"), wire).isResumed)
    }
    #expect(pair.sessions.isEmpty)
  }

  @Test func `a ticket that the ring has no room for is one ticket all the same`() throws {
    let settings = Settings(.tls13).mutual.telling.capacity(512).changed {
      $0.server.tickets = .whenIssued
      $0.server.ticketFormat = .stateless
    }
    let puppets = try settings.open()
    try fill(puppets.server.engine, text(40))
    var needs = 0
    for _ in 0..<100 {
      guard try puppets.server.engine.issueTicket() != .done else { break }
      needs += 1
      puppets.server.pull(upTo: 100)
      puppets.client.take(puppets.server.news())
    }
    #expect(needs > 1)
    puppets.server.pull()
    try puppets.server.write(text(1))
    puppets.client.take(puppets.server.news())
    var sessions = 0
    while let event = puppets.client.engine.nextEvent() {
      if case .session = event { sessions += 1 }
    }
    #expect(sessions == 1)
  }

  @Test func `where there are none, that is a fault of the caller`() throws {
    let early = try Puppets(Settings(.tls13))
    #expect(throws: TLSError.misuse(.handshakeIncomplete, .handshake)) {
      try early.server.engine.issueTicket()
    }
    let open = try Settings(.tls13).open()
    #expect(throws: TLSError.unavailable("", .open)) { try open.client.engine.issueTicket() }
    _ = try open.server.engine.close()
    #expect(throws: TLSError.misuse(.writeAfterClose, .closing)) {
      try open.server.engine.issueTicket()
    }
    let old = try Settings(.tls12).open()
    #expect(throws: TLSError.unavailable("", .open)) { try old.server.engine.issueTicket() }
    for tickets in [Tickets.none, .afterHandshake(0)] {
      let without = try Settings(.tls13).changed { $0.server.tickets = tickets }.open()
      #expect(throws: TLSError.unavailable("", .open)) {
        try without.server.engine.issueTicket()
      }
      try without.client.write(text(10))
      without.server.take(without.client.news())
      #expect(without.server.received == text(10))
    }
  }
}
