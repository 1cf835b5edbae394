@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Ticket keys that are configured, shared and rotated.
@Suite(.withAllAndNeededAlgorithms) struct TicketKeysTests {
  @Test(arguments: versions, wires)
  func `contexts with the same keys resume each other's tickets`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let keys = TicketKeys(try .random())
    let settings = Settings(version).telling.changed { $0.server.ticketKeys = keys }
    var reunion = try Reunion(settings)
    let session = try reunion.session()
    #expect(session.ticket.starts(with: keys.current.name))
    reunion.server = try TLSContext(settings.server)
    #expect(try reunion.meet(resuming: session, as: .name("localhost"), wire).isResumed)
    reunion.server = try TLSContext(
      settings.changed { $0.server.ticketKeys = TicketKeys(try! .random()) }.server)
    #expect(try !reunion.meet(resuming: session, as: .name("localhost"), wire).isResumed)
  }

  @Test(arguments: versions)
  func `tickets of earlier keys are opened and renewed, those of forgotten ones are not`(
    version: ProtocolVersion
  ) throws {
    let keys = TicketKeys(try .random())
    let reunion = try Reunion(Settings(version).telling.changed { $0.server.ticketKeys = keys })
    let old = try reunion.session()
    try keys.rotate(to: .random())
    let pair = try reunion.meet(resuming: old)
    #expect(pair.isResumed)
    let renewed = try #require(pair.sessions.last)
    #expect(renewed.ticket.starts(with: keys.current.name))
    #expect(renewed.serverName == "localhost")
    try keys.rotate(to: .random(), keeping: 1)
    #expect(try !reunion.meet(resuming: old).isResumed)
    #expect(try reunion.meet(resuming: renewed).isResumed)
    try keys.rotate(to: .random(), keeping: 0)
    #expect(try !reunion.meet(resuming: renewed).isResumed)
  }

  @Test(arguments: versions)
  func `a spoilt ticket shakes hands in full`(version: ProtocolVersion) throws {
    let keys = TicketKeys(try .random())
    let reunion = try Reunion(Settings(version).telling.changed { $0.server.ticketKeys = keys })
    let session = try reunion.session()
    for index in stride(from: 0, to: session.ticket.count, by: 3) {
      #expect(try !reunion.meet(resuming: session.withSpoiltTicket(at: index)).isResumed)
    }
    #expect(try reunion.meet(resuming: session).isResumed)
  }

  @Test(arguments: versions)
  func `shared keys do not carry a ticket past another client-certificate policy`(
    version: ProtocolVersion
  ) throws {
    let keys = TicketKeys(try .random())
    let open = Settings(version).telling.changed { $0.server.ticketKeys = keys }
    var reunion = try Reunion(open)
    let session = try reunion.session()
    for policy in [ClientCertificates.request, .require] {
      let strict = open.changed { $0.server.clientCertificates = policy }
      reunion.server = try TLSContext(strict.server)
      do {
        #expect(try !reunion.meet(resuming: session).isResumed)
        #expect(policy == .request)
      } catch let failure as PairFailure {
        #expect(policy == .require && failure.server?.code == .verificationFailed)
      }
    }
    let mutual = open.mutual
    reunion = try Reunion(mutual)
    let theirs = try reunion.session()
    reunion.server = try TLSContext(
      mutual.changed { $0.server.trust = .acceptAnyoneInsecurely }.server)
    #expect(try !reunion.meet(resuming: theirs).isResumed)
  }

  @Test(arguments: versions)
  func `keys are rotated while eight threads shake hands`(version: ProtocolVersion) async throws {
    let keys = TicketKeys(try .random())
    let reunion = try Reunion(
      Settings(version).changed {
        $0.client.sessionStore = SessionStore()
        $0.server.ticketKeys = keys
      })
    let resumed = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var resumed = 0
          for _ in 0..<20 {
            if try reunion.meet().isResumed { resumed += 1 }
            try keys.rotate(to: .random(), keeping: 8)
          }
          return resumed
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(resumed > 0)
    #expect(keys.previous.count == 8)
  }

  @Test func `keys have 80 bytes, which are not printed`() throws {
    let key = try TicketKey(bytes: text(80))
    #expect(key.name == Array(text(80)[..<16]))
    let keys = TicketKeys(key)
    var configuration = TLSConfiguration.ofTest
    configuration.ticketKeys = keys
    var dumped = ""
    dump(key, to: &dumped)
    dump(configuration, to: &dumped)
    for printed in ["\(key)", String(reflecting: key), dumped, "\(keys)", "\(configuration)"] {
      #expect(!printed.contains("encryption") && !printed.contains("\(key.encryption[5])"))
    }
    #expect("\(key)".hasPrefix("ticket key 001f"))
    for count in [0, 48, 79, 81] {
      #expect(throws: TLSError.self) { try TicketKey(bytes: text(count)) }
    }
    #expect(try TicketKey.random() != TicketKey.random())
    #expect(keys == keys && keys != TicketKeys(key))
  }
}
