import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// How long sessions live by a clock that stands still.
@Suite struct TLSClockSessionTests {
  private static let noon = SeededCase.time
  private static let tickets: [SeededCase.Tickets] = [.keyed, .stateful]

  @Test(arguments: versions, tickets)
  func `a server's tickets end by its own clock`(
    version: ProtocolVersion, tickets: SeededCase.Tickets
  ) throws {
    let (settings, reunion) = try Self.meeting(version, tickets)
    for (age, lives) in try Self.ages(reunion) {
      var later = reunion
      later.server = try TLSContext(settings.server, clock: .fixed(Self.noon + age))
      #expect(try later.meet(resuming: reunion.session()).isResumed == lives)
    }
    var now = reunion
    now.server = try TLSContext(settings.server)
    #expect(try !now.meet(resuming: reunion.session()).isResumed)
  }

  @Test(arguments: versions, tickets)
  func `a client's sessions end by its own clock`(
    version: ProtocolVersion, tickets: SeededCase.Tickets
  ) throws {
    let (settings, reunion) = try Self.meeting(version, tickets)
    for (age, lives) in try Self.ages(reunion) {
      let session = try reunion.session()
      #expect(session.issuedAt == Self.noon)
      var later = reunion
      later.client = try TLSContext(settings.client, clock: .fixed(Self.noon + age))
      #expect(try later.meet(resuming: session).isResumed == lives)
    }
    var now = reunion
    now.client = try TLSContext(settings.client)
    #expect(try !now.meet(resuming: reunion.session()).isResumed)
  }

  @Test func `a store's sessions end by the clock of who takes them`() throws {
    let settings = Settings(.tls12).changed { $0.client.sessionStore = SessionStore() }
    var reunion = try Reunion(settings, clock: .fixed(Self.noon))
    #expect(try !reunion.meet().isResumed)
    #expect(try reunion.meet().isResumed)
    reunion.client = try TLSContext(settings.client, clock: .fixed(Self.noon + 604_801))
    #expect(try !reunion.meet().isResumed)
  }

  // A second ClientHello tells the age again (RFC 8446 §4.1.2), so that is as long a wait.
  @Test(arguments: [SeededCase.Kind.plain, .early])
  func `a client that rests before it begins tells the same age`(kind: SeededCase.Kind) throws {
    let chosen = SeededCase(version: .tls13, key: .p256, tickets: .stateful, kind: kind)
    let hellos = try [0, 100].map { seconds in
      let contexts = try chosen.contexts()
      let session = try #require(chosen.connect(contexts).next)
      let engine = try TLSEngine(
        contexts.client, as: .client(.name("localhost")), resuming: session)
      // What OpenSSL finds when so much time has passed.
      let offered = try #require(engine.connection.reports.sessions?.offered?.pointer)
      SSL_SESSION_set_time(offered, SSL_SESSION_get_time(offered) - seconds)
      if kind == .early { _ = try engine.writeEarly([1]) }
      _ = try engine.step()
      return engine.pull()
    }
    #expect(hellos[0] == hellos[1] && hellos[0].count > 300)
  }

  /// Both clocks at noon.
  private static func meeting(
    _ version: ProtocolVersion, _ tickets: SeededCase.Tickets
  ) throws -> (Settings, Reunion) {
    let chosen = SeededCase(version: version, key: .p256, tickets: tickets, kind: .plain)
    let settings = try chosen.settings.changed {
      if tickets == .stateful { $0.server.sessionStore = SessionStore() }
    }
    return (settings, try Reunion(settings, clock: .fixed(noon)))
  }

  /// How old a session is, in seconds, and whether it can still be resumed.
  private static func ages(_ reunion: Reunion) throws -> [(Int64, Bool)] {
    let lifetime = try reunion.session().ticketLifetime
    #expect(lifetime > 0)
    return [(0, true), (lifetime, true), (lifetime + 1, false), (-1, false)]
  }
}
