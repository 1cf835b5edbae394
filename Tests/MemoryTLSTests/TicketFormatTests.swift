@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Where a server keeps what its tickets stand for.
@Suite(.withAllAndNeededAlgorithms) struct TicketFormatTests {
  /// Bytes of a TLS 1.3 ticket that is a number.
  private static let stateful = 32

  @Test func `stateless is the default`() throws {
    #expect(TLSConfiguration().ticketFormat == .automatic)
    #expect(try ticketSize { _ in } > Self.stateful)
  }

  @Test func `client certificates make tickets stateful unless asked otherwise`() throws {
    for policy in [ClientCertificates.request, .require] {
      #expect(try ticketSize { $0.clientCertificates = policy } == Self.stateful)
      #expect(
        try ticketSize {
          $0.clientCertificates = policy
          $0.ticketFormat = .stateless
        } > Self.stateful)
      let keys = TicketKeys(try .random())
      #expect(
        try ticketSize {
          $0.clientCertificates = policy
          $0.ticketKeys = keys
        } > Self.stateful)
    }
  }

  @Test func `a store makes tickets stateful, and keys win over it`() throws {
    #expect(try ticketSize { $0.sessionStore = SessionStore() } == Self.stateful)
    let keys = TicketKeys(try .random())
    #expect(
      try ticketSize {
        $0.sessionStore = SessionStore()
        $0.ticketKeys = keys
      } > Self.stateful)
  }

  @Test(arguments: versions)
  func `stateful tickets resume without a store, within one context`(
    version: ProtocolVersion
  ) throws {
    let settings = Settings(version).telling.changed { $0.server.ticketFormat = .stateful }
    var reunion = try Reunion(settings)
    let session = try reunion.session()
    #expect(try reunion.meet(resuming: session).isResumed)
    let next = try reunion.session()
    reunion.server = try TLSContext(settings.server)
    #expect(try !reunion.meet(resuming: next).isResumed)
  }

  @Test func `stateful tickets have no use for keys`() throws {
    var configuration = Settings().server
    configuration.ticketFormat = .stateful
    configuration.ticketKeys = TicketKeys(try .random())
    let error = #expect(throws: TLSError.self) { try TLSContext(configuration) }
    #expect(error?.code == .invalidConfiguration)
  }

  @Test(arguments: versions)
  func `without tickets nothing is stored`(version: ProtocolVersion) throws {
    let store = SessionStore()
    let settings = Settings(version).telling.changed {
      $0.server.sessionStore = store
      $0.server.tickets = .none
    }
    #expect(try Reunion(settings).meet().sessions.isEmpty)
    #expect(store.count == 0)
  }

  private func ticketSize(_ change: (inout TLSConfiguration) -> Void) throws -> Int {
    let settings = Settings(.tls13).mutual.telling.changed {
      $0.server.clientCertificates = .none
      change(&$0.server)
    }
    let reunion = try Reunion(settings)
    let session = try reunion.session()
    #expect(try reunion.meet(resuming: session).isResumed)
    return session.ticket.count
  }
}
