import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Sessions as values, and what they resume.
@Suite(.withAllAndNeededAlgorithms) struct TLSSessionTests {
  @Test(arguments: versions, wires)
  func `a session resumes, also after a way through bytes`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let reunion = try Reunion(Settings(version).telling)
    let session = try reunion.session()
    let copy = try TLSSession(bytes: session.bytes)
    #expect(copy == session && copy.hashValue == session.hashValue)
    let pair = try reunion.meet(resuming: copy, wire)
    #expect(pair.isResumed)
    #expect(pair.client.engine.negotiated?.version == version)
    #expect(pair.client.engine.negotiated?.peerCertificates.count == 1)
  }

  @Test(arguments: versions)
  func `client certificates are remembered`(version: ProtocolVersion) throws {
    let reunion = try Reunion(Settings(version).mutual.telling)
    let pair = try reunion.meet(resuming: reunion.session())
    #expect(pair.isResumed)
    let client = pair.server.engine.negotiated?.peerCertificates.first
    #expect(client?.der == Settings.user.certificate)
  }

  @Test func `a TLS 1.2 session comes with the handshake, a TLS 1.3 one with its ticket`() throws {
    for version in versions {
      let pair = try Settings(version).telling.pair()
      try pair.settle()
      #expect(pair.sessions.count == (version == .tls12 ? 1 : 0))
      pair.server.send(text(1))
      try pair.settle()
      #expect(pair.sessions.count == (version == .tls12 ? 0 : 1))
    }
  }

  @Test func `every ticket is a session of its own`() throws {
    let settings = Settings(.tls13).telling.changed { $0.server.tickets = .afterHandshake(3) }
    let reunion = try Reunion(settings)
    let sessions = try reunion.meet().sessions
    #expect(Set(sessions).count == 3)
    for session in sessions { #expect(try reunion.meet(resuming: session).isResumed) }
  }

  @Test func `nothing is told of unless asked for`() throws {
    #expect(TLSConfiguration().sessionDelivery == .none)
    let pair = try Reunion(Settings()).meet()
    #expect(pair.client.engine.nextEvent() == nil && pair.server.engine.nextEvent() == nil)
  }

  @Test(arguments: versions)
  func `it says what it is of`(version: ProtocolVersion) throws {
    let settings = Settings(version).telling.changed {
      $0.client.applicationProtocols = ["h2"]
      $0.server.applicationProtocols = ["h2"]
    }
    let reunion = try Reunion(settings)
    let before = secondsSince1970()
    let pair = try reunion.meet()
    let session = try #require(pair.sessions.first)
    #expect(session.version == version)
    #expect(session.cipherSuite == pair.client.engine.negotiated?.cipherSuite)
    #expect(session.serverName == "localhost")
    #expect(session.applicationProtocol == "h2")
    #expect(session.ticketLifetime == 7200)
    #expect(before...secondsSince1970() ~= session.issuedAt)
    #expect(session.largestEarlyData == 0)
    let other = try reunion.session(as: .unchecked())
    #expect(other.serverName == nil)
  }

  @Test func `its secret is not printed`() throws {
    let session = try Reunion(Settings().telling).session()
    var dumped = ""
    dump(session, to: &dumped)
    var event = ""
    dump(Event.session(session), to: &event)
    let texts = [
      "\(session)", String(reflecting: session), dumped, event, "\(Event.session(session))",
    ]
    for text in texts {
      #expect(text.contains("localhost") && text.count < 200)
    }
  }

  // RFC 8446 §4.6.1: "Clients MUST only resume if the new SNI value is valid for the server
  // certificate presented in the original session"
  @Test(arguments: versions)
  func `it is not offered to those it was not made with`(version: ProtocolVersion) throws {
    let names: [Certificate.Name] = [
      .dns("localhost"), .dns("other.example"), .address("127.0.0.1"),
    ]
    let server = try Settings.authority.issue(.server, names: names)
    let pin = Pin.certificate(sha256: sha256(of: server.certificate))
    let settings = Settings(version).telling.changed { $0.server.identities = [server.identity] }
    let reunion = try Reunion(settings)
    let session = try reunion.session()
    let strangers: [ServerIdentity] = [
      .name("other.example"), .address("127.0.0.1"), .unchecked(),
      .unchecked(serverName: "localhost"),
    ]
    for identity in strangers {
      #expect(try !reunion.meet(resuming: session, as: identity).isResumed)
      let theirs = try reunion.session(as: identity)
      #expect(try reunion.meet(resuming: theirs, as: identity).isResumed)
      #expect(try !reunion.meet(resuming: theirs).isResumed)
    }
    let both = Settings.authority.certificate + Settings.stranger.certificate
    let changes: [(inout Settings) -> Void] = [
      { $0.client.trust = .acceptAnyoneInsecurely },
      { $0.client.trust = .pins([pin]) },
      { $0.client.ocspStapling = .request },
      { $0.client.verification.maximumDepth = 5 },
      { $0.client.decisions = .certificate },
      { $0.client.trust = .authorities(.bytes(both)) },
      { $0.client.identities = [Settings.user.identity] },
    ]
    for change in changes {
      var other = reunion
      other.client = try TLSContext(settings.changed(change).client)
      #expect(try !other.meet(resuming: session).isResumed)
      let theirs = try other.session()
      #expect(try other.meet(resuming: theirs).isResumed)
      #expect(try !reunion.meet(resuming: theirs).isResumed)
    }
    #expect(try reunion.meet(resuming: session, as: .name("LOCALHOST")).isResumed)
  }

  @Test(arguments: versions)
  func `it is not offered before its time or after it`(version: ProtocolVersion) throws {
    let reunion = try Reunion(Settings(version).telling)
    let session = try reunion.session()
    #expect(try reunion.meet(resuming: session.later(by: -3000)).isResumed)
    for seconds: Int64 in [-7300, -1_000_000, 1000] {
      #expect(try !reunion.meet(resuming: session.later(by: seconds)).isResumed)
    }
    #expect(session.isAlive(at: session.issuedAt) && session.isAlive(at: session.issuedAt + 7200))
    #expect(!session.isAlive(at: session.issuedAt + 7201) && !session.isAlive(at: .min))
  }

  @Test(arguments: versions)
  func `another server, a spoilt ticket and another version shake hands in full`(
    version: ProtocolVersion
  ) throws {
    let settings = Settings(version).telling
    var reunion = try Reunion(settings)
    let session = try reunion.session()
    for index in stride(from: 0, to: session.ticket.count, by: 5) {
      #expect(try !reunion.meet(resuming: session.withSpoiltTicket(at: index)).isResumed)
    }
    let other = Settings(version == .tls12 ? .tls13 : .tls12).telling
    #expect(try !Reunion(other).meet(resuming: session).isResumed)
    reunion.server = try TLSContext(settings.server)
    #expect(try !reunion.meet(resuming: session).isResumed)
  }

  @Test(arguments: versions)
  func `application protocols are agreed on anew`(version: ProtocolVersion) throws {
    let settings = Settings(version).telling.changed {
      $0.client.applicationProtocols = ["h2", "http/1.1"]
      $0.server.applicationProtocols = ["h2", "http/1.1"]
    }
    var reunion = try Reunion(settings)
    let session = try reunion.session()
    reunion.client = try TLSContext(
      settings.changed { $0.client.applicationProtocols = ["http/1.1"] }.client)
    let pair = try reunion.meet(resuming: session)
    #expect(pair.isResumed)
    #expect(pair.client.engine.negotiated?.applicationProtocol == "http/1.1")
    #expect(pair.server.engine.negotiated?.applicationProtocol == "http/1.1")
  }

  @Test func `a server is not told what to resume`() throws {
    let reunion = try Reunion(Settings().telling)
    let session = try reunion.session()
    let error = #expect(throws: TLSError.self) {
      try TLSEngine(reunion.server, as: .server, resuming: session)
    }
    #expect(error?.code == .invalidConfiguration)
  }
}
