@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Client certificates asked for after the handshake.
@Suite(.withAllAndNeededAlgorithms) struct PostHandshakeAuthenticationTests {
  @Test(arguments: [512, 17_408], wires)
  func `a client that is asked gives its certificate`(capacity: Int, wire: Wire) throws {
    let pair = try Self.settings.capacity(capacity).pair(wire)
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates == [])
    for _ in 0..<2 {
      try ask(pair)
      #expect(
        pair.server.engine.negotiated?.peerCertificates.map(\.der) == Settings.user.chain)
      #expect(pair.server.engine.allEvents() == [.postHandshakeAuthentication])
      #expect(pair.client.engine.allEvents() == [.postHandshakeAuthentication])
    }
    pair.client.send(text(1000))
    pair.server.send(text(2000))
    try pair.settle()
    #expect(pair.client.received == text(2000) && pair.server.received == text(1000))
  }

  @Test func `a client without one may be let go on`() throws {
    let pair = try Self.settings.changed { $0.client.identities = [] }.pair()
    try pair.settle()
    try ask(pair, .request)
    #expect(pair.server.engine.negotiated?.peerCertificates == [])
    #expect(pair.server.engine.nextEvent() == .postHandshakeAuthentication)
    #expect(pair.server.engine.terminalError == nil)
  }

  @Test func `a client without one is refused where one is required`() throws {
    let pair = try Self.settings.changed { $0.client.identities = [] }.pair()
    try pair.settle()
    #expect(throws: PairFailure.self) { try ask(pair) }
    #expect(pair.server.error?.code == .verificationFailed)
    #expect(pair.server.error?.phase == .open)
    #expect(pair.server.error?.alert?.alert == .certificateRequired)
    while pair.step() {}
    #expect(pair.client.error?.code == .alertReceived)
    #expect(pair.client.error?.alert?.alert == .certificateRequired)
  }

  @Test func `a client that is not trusted is refused`() throws {
    let pair = try Self.settings.changed {
      $0.client.identities = [Settings.strangeUser.identity]
    }.pair()
    try pair.settle()
    #expect(throws: PairFailure.self) { try ask(pair, .request) }
    #expect(pair.server.error?.code == .verificationFailed)
    #expect(pair.server.error?.alert?.alert == .unknownCA)
    #expect(pair.server.error?.verification?.code == 20)
    while pair.step() {}
    #expect(pair.client.error?.alert?.alert == .unknownCA)
  }

  @Test func `a client that did not offer cannot be asked`() throws {
    let engine = try Settings(.tls13).open().server.engine
    let error = #expect(throws: TLSError.self) { try engine.requestClientCertificate() }
    #expect(error?.code == .unavailable && error?.fault == .caller)
    #expect(error?.message.contains("extension not received") == true)
    #expect(try engine.write([1]) == .moved(1))
  }

  @Test func `asking in vain changes nothing beside a key update of the client`() throws {
    let puppets = try Settings(.tls13).open()
    let engine = puppets.server.engine
    #expect(try puppets.client.engine.updateKeys(.both) == .done)
    puppets.client.pull()
    puppets.server.take(puppets.client.news())
    #expect(try engine.requestClientCertificate() == .needs(.pull))
    #expect(engine.keyUpdates.sent == 1)
    puppets.server.pull()
    let error = #expect(throws: TLSError.self) { try engine.requestClientCertificate() }
    #expect(error?.code == .unavailable && engine.pendingCiphertext == 0)
  }

  @Test func `a key update of the client is answered before the request`() throws {
    let puppets = try Self.settings.open()
    let engine = puppets.server.engine
    #expect(try puppets.client.engine.updateKeys(.both) == .done)
    puppets.client.pull()
    puppets.server.take(puppets.client.news())
    #expect(try engine.requestClientCertificate() == .needs(.pull))
    #expect(try engine.requestClientCertificate() == .done)
    puppets.exchange()
    #expect(engine.negotiated?.peerCertificates.count == 1)
    #expect(engine.keyUpdates.sent == 1 && engine.keyUpdates.received == 1)
  }

  @Test func `asking in vain changes nothing beside a ticket that is under way`() throws {
    let puppets = try Settings(.tls13).capacity(512).open()
    let engine = puppets.server.engine
    var step = Step.done
    for _ in 0..<10 where step == .done { step = try engine.issueTicket() }
    #expect(step == .needs(.pull))
    puppets.server.pull(upTo: 100)
    #expect(try engine.requestClientCertificate() == .needs(.pull))
    puppets.server.pull()
    let error = #expect(throws: TLSError.self) { try engine.requestClientCertificate() }
    #expect(error?.code == .unavailable && engine.pendingCiphertext == 0)
  }

  @Test func `nor twice at a time`() throws {
    let puppets = try Self.settings.open()
    let engine = puppets.server.engine
    #expect(try engine.requestClientCertificate() == .done)
    let error = #expect(throws: TLSError.self) { try engine.requestClientCertificate() }
    #expect(error?.code == .unavailable)
    #expect(error?.message.contains("request sent") == true)
    puppets.exchange()
    #expect(engine.negotiated?.peerCertificates.count == 1)
  }

  @Test func `one that is refused does not soften the one before`() throws {
    let puppets = try Self.settings.changed { $0.client.identities = [] }.open()
    let engine = puppets.server.engine
    #expect(try engine.requestClientCertificate(.require) == .done)
    #expect(throws: TLSError.self) { try engine.requestClientCertificate(.request) }
    puppets.exchange()
    #expect(puppets.server.error?.alert?.alert == .certificateRequired)
  }

  @Test func `out of place it is a caller's fault`() throws {
    let old = try Settings(.tls12).open().server.engine
    #expect(throws: TLSError.self) { try old.requestClientCertificate() }
    let puppets = try Self.settings.open()
    #expect(throws: TLSError.self) { try puppets.client.engine.requestClientCertificate() }
    let none = #expect(throws: TLSError.self) {
      try puppets.server.engine.requestClientCertificate(.none)
    }
    #expect(none?.code == .invalidArgument)
    let early = try Puppets(Self.settings).server.engine
    #expect(throws: TLSError.misuse(.handshakeIncomplete, .handshake)) {
      try early.requestClientCertificate()
    }
    _ = try puppets.server.engine.close()
    #expect(throws: TLSError.misuse(.writeAfterClose, .closing)) {
      try puppets.server.engine.requestClientCertificate()
    }
    #expect(puppets.server.engine.terminalError == nil)
  }

  @Test func `a request larger than the ring is repeated until done`() throws {
    let settings = Self.settings.capacity(512).changed {
      $0.server.trust = .authorities(.bytes(Self.authorities))
    }
    let puppets = try settings.open()
    var needs = 0
    while try puppets.server.engine.requestClientCertificate() != .done {
      needs += 1
      puppets.client.take(puppets.server.pull())
      guard needs < 100 else { break }
    }
    #expect(needs > 1 && needs < 100)
    puppets.client.take(puppets.server.pull())
    puppets.exchange()
    #expect(puppets.server.engine.negotiated?.peerCertificates.count == 1)
  }

  private func ask(_ pair: EnginePair, _ certificates: ClientCertificates = .require) throws {
    #expect(try pair.server.engine.requestClientCertificate(certificates) == .done)
    try pair.settle()
  }

  private static var settings: Settings {
    Settings(.tls13).changed {
      $0.client.postHandshakeAuthentication = .offered
      $0.client.identities = [Settings.user.identity]
    }
  }

  /// The test authority among others with long names.
  private static let authorities: [UInt8] = fixture {
    try (0..<20).reduce(Settings.authority.certificate) { all, number in
      let name = String(repeating: "n", count: 60) + "\(number)"
      return all + (try TestIdentity.authority(name)).certificate
    }
  }
}
