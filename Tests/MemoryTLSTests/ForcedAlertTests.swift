import COpenSSL
@testable import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Invariant 4 where we fail by ourselves, or where the peer makes us write.
@Suite struct ForcedAlertTests {
  /// A CertificateRequest holds at most 65535 bytes of names (RFC 5246 §7.4.4, RFC 8446 §4.2.4), so
  /// a server with more authorities fails after it wrote the start of its flight.
  @Test(arguments: versions)
  func `a server that fails in mid-flight`(version: ProtocolVersion) throws {
    let client = try TLSContext(Ambush.trusting(version))
    for capacity in stride(from: 512, through: 4096, by: 29) {
      var settings = Ambush.server(version, capacity, length: capacity)
      settings.clientCertificates = .request
      settings.trust = Self.tooManyAuthorities
      let puppets = try Puppets(client, TLSContext(settings))
      puppets.exchange()
      guard expectAlert(from: puppets.server, at: puppets.client, "\(capacity)") else { return }
      #expect(puppets.server.error?.alert?.alert == .internalError)
      #expect(puppets.server.error?.fault == .environment)
    }
  }

  /// What is left of a ticket goes out when the server reads, and may leave no room for the alert.
  @Test func `a server that reads a bad record while a ticket is half sent`() throws {
    let settings = Settings(.tls13).capacity(1024).changed { $0.server.tickets = .whenIssued }
    var halves = 0
    for room in 0..<400 {
      let puppets = try settings.open()
      let server = puppets.server.engine
      try fill(puppets.server, upTo: 1024 - room % 24)
      guard try server.issueTicket() == .needs(.pull) else { continue }
      halves += 1
      puppets.server.pull(upTo: 64 + room)
      #expect(try server.push([23, 3, 3, 0, 20] + [UInt8](repeating: 0, count: 20)) == 25)
      puppets.server.run()
      guard expectAlert(from: puppets.server, at: puppets.client, "\(room)") else { return }
    }
    #expect(halves > 300)
  }

  /// Writes until so much is pending, or a little less.
  private func fill(_ puppet: Puppet, upTo pending: Int) throws {
    while case let rest = pending - puppet.engine.pendingCiphertext - 22, rest > 0 {
      _ = try puppet.engine.write([UInt8](repeating: 7, count: min(rest, 500)))
    }
  }

  /// In TLS 1.3 little stands before the CertificateRequest: a HelloRetryRequest that was not pulled
  /// and a long protocol fill the smallest rings.
  @Test(arguments: Array(512..<700))
  func `a server that fails in mid-flight, its HelloRetryRequest still pending`(
    capacity: Int
  ) throws {
    var settings = Ambush.trusting(.tls13)
    settings.groups = [.x25519, .secp384r1]
    settings.applicationProtocols = [String(repeating: "p", count: 255)]
    let client = try TLSContext(settings)
    settings = Ambush.server(.tls13, capacity, length: 0)
    settings.groups = [.secp384r1]
    settings.applicationProtocols = [String(repeating: "p", count: 255)]
    settings.clientCertificates = .request
    settings.trust = Self.tooManyAuthorities
    let puppets = try Puppets(client, TLSContext(settings))
    puppets.client.run()
    puppets.server.push(puppets.client.news()[...])
    puppets.server.move()
    // The client sees a copy of the retry request, which stays where it is.
    var retry: [UInt8] = []
    puppets.server.engine.withPendingCiphertext { span in
      for index in span.indices { retry.append(span[index]) }
      return 0
    }
    puppets.client.take(retry)
    puppets.server.push(puppets.client.news()[...])
    puppets.server.run()
    #expect(puppets.server.error?.alert?.alert == .internalError)
    let (records, rest) = Record.split(puppets.server.sent)
    #expect(rest == 0 && records.last?.contentType == .applicationData)
    puppets.client.take(puppets.server.sent.dropFirst(retry.count))
    #expect(puppets.client.error?.code == .alertReceived)
    #expect(puppets.client.error?.alert?.alert == .internalError)
  }

  /// A ClientHello's extensions are at most 65535 bytes (RFC 8446 §4.1.2).
  @Test(arguments: versions)
  func `a client that cannot make its ClientHello`(version: ProtocolVersion) throws {
    var settings = Ambush.client(version, 512, length: 0)
    settings.applicationProtocols =
      Array(repeating: String(repeating: "p", count: 255), count: 255)
      + [String(repeating: "p", count: 252)]
    let client = Puppet(try TLSEngine(TLSContext(settings), as: .client(.name("localhost"))))
    client.run()
    #expect(client.error?.fault == .environment)
    #expect(client.sent == [21, 3, 1, 0, 2, 2, Alert.internalError.rawValue])
  }

  // RFC 8446 §4.6.3: "If the request_update field is set to "update_requested", then the receiver
  // MUST send a KeyUpdate of its own"
  @Test(arguments: [512, 513, 540, 600, 1024, 4096, 17_408], bothRoles)
  func `1,000 key updates asked for and not pulled, then a bad record`(
    capacity: Int, isServer: Bool
  ) throws {
    let puppets = try open(.tls13, capacity)
    let (victim, peer) = (puppets[isServer], puppets[!isServer])
    for _ in 0..<1000 {
      #expect(try peer.engine.updateKeys() == .done)
      peer.pull()
    }
    let requests = peer.news() + badRecord
    #expect(victim.push(requests[...]) == requests.count)
    #expect(victim.move() == .pull)
    #expect(victim.engine.pendingCiphertext == capacity)
    for _ in 0..<10_000 where victim.error == nil {
      victim.pull(upTo: 7)
      victim.move()
    }
    victim.pull()
    #expect(expectAlert(from: victim, at: peer, "\(capacity)"))
    #expect(victim.error?.alert?.alert == .badRecordMAC)
  }

  /// A HelloRequest is refused with a warning (RFC 5746 §4.5) as often as it comes.
  @Test(arguments: [512, 513, 540, 600, 1024, 4096, 17_408])
  func `1,000 renegotiations asked of a client and not pulled, then a bad record`(
    capacity: Int
  ) throws {
    let puppets = try open(.tls12, capacity)
    let (victim, peer) = (puppets.client, puppets.server)
    SSL_clear_options(peer.engine.connection.ssl, COpenSSL_SSL_OP_NO_RENEGOTIATION)
    for _ in 0..<1000 {
      #expect(SSL_renegotiate(peer.engine.connection.ssl) == 1)
      #expect(SSL_do_handshake(peer.engine.connection.ssl) == 1)
      peer.pull()
    }
    try expectWholeRecords(from: victim, after: peer.news() + badRecord, capacity)
  }

  /// Invariant 9: what a peer makes us say takes no more memory than the rings.
  @Test(arguments: [512, 600, 4096])
  func `nothing is read before the refusals of renegotiations are pulled`(capacity: Int) throws {
    let settings = Settings(.tls12).capacity(capacity).changed {
      $0.server.ringCapacity.outgoing = 65_536
      $0.client.limits = .generous
    }
    let puppets = try settings.open()
    let (victim, peer) = (puppets.client, puppets.server)
    SSL_clear_options(peer.engine.connection.ssl, COpenSSL_SSL_OP_NO_RENEGOTIATION)
    for _ in 0..<1000 {
      #expect(SSL_renegotiate(peer.engine.connection.ssl) == 1)
      #expect(SSL_do_handshake(peer.engine.connection.ssl) == 1)
      peer.pull()
    }
    var rest = peer.news()[...]
    for _ in 0..<1000 {
      rest.removeFirst(victim.push(rest))
      victim.move()
    }
    #expect(!rest.isEmpty && victim.error == nil)
    #expect(try victim.engine.read().transfer == .needs(.pull))
    #expect(victim.engine.pendingCiphertext > capacity / 2)
    #expect(victim.engine.pendingCiphertext <= 2 * capacity)
    victim.take(rest)
    #expect(Record.split(victim.sent).records.count >= 1000 && victim.error == nil)
  }

  @Test(arguments: Array(stride(from: 512, through: 4096, by: 97)))
  func `a renegotiation asked of a server whose ring is full, then a bad record`(
    capacity: Int
  ) throws {
    let contexts = try contexts(.tls12, capacity)
    for free in 0..<80 {
      let puppets = try Puppets(contexts.client, contexts.server)
      puppets.exchange()
      let (victim, peer) = (puppets.server, puppets.client)
      let data = capacity - 29 - free
      #expect(try victim.engine.write(text(data)) == .moved(data))
      SSL_clear_options(peer.engine.connection.ssl, COpenSSL_SSL_OP_NO_RENEGOTIATION)
      #expect(SSL_renegotiate(peer.engine.connection.ssl) == 1)
      #expect(SSL_do_handshake(peer.engine.connection.ssl) == -1)
      peer.pull()
      try expectWholeRecords(from: victim, after: peer.news() + badRecord, capacity)
    }
  }

  /// The peer takes the first warning for the end, so only the victim's bytes are looked at.
  private func expectWholeRecords(
    from victim: Puppet, after bytes: [UInt8], _ capacity: Int
  ) throws {
    var rest = bytes[...]
    for _ in 0..<10_000 where victim.error == nil {
      rest.removeFirst(victim.push(rest))
      if victim.move() == .pull { victim.pull(upTo: 7) }
    }
    victim.pull()
    #expect(victim.error?.alert?.alert == .badRecordMAC)
    let (records, leftover) = Record.split(victim.sent)
    #expect(leftover == 0)
    #expect(records.last?.contentType == .alert)
    #expect(records.filter { $0.contentType == .alert }.count >= 2)
  }

  /// Two that have shaken hands; both rings inwards hold 64 KiB, outwards a little.
  private func open(_ version: ProtocolVersion, _ capacity: Int) throws -> Puppets {
    let contexts = try contexts(version, capacity)
    let puppets = try Puppets(contexts.client, contexts.server)
    puppets.exchange()
    return puppets
  }

  private func contexts(
    _ version: ProtocolVersion, _ capacity: Int
  ) throws -> (client: TLSContext, server: TLSContext) {
    var client = Ambush.client(version, capacity, length: 0)
    var server = Ambush.server(version, capacity, length: 0)
    client.ringCapacity.incoming = 65_536
    server.ringCapacity.incoming = 65_536
    (client.limits, server.limits) = (.generous, .generous)
    return (try TLSContext(client), try TLSContext(server))
  }

  private static let tooManyAuthorities = fixture {
    let name = String(repeating: "\u{1F512}", count: 61)
    let authorities = try (10..<138).map { number in
      try TestIdentity.authority("\(number)\(name)", organization: "\(number)\(name)").certificate
    }
    return Trust.authorities(.bytes(authorities.flatMap { $0 }))
  }
}
