import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting
import Testing

/// Invariant 4 at every capacity: whenever OpenSSL makes an alert, the peer gets it whole.
///
/// A victim with a small outgoing ring fails at the worst moment; everything it ever sent is then
/// given to its peer, which has to report the very alert. Capacities are shared out by their rest
/// modulo 2, so that two can run at a time.
@Suite struct AlertTests {
  @Test(arguments: versions, halves)
  func `a bad record waiting behind a ClientHello`(
    version: ProtocolVersion, half: Half
  ) throws {
    let client = try TLSContext(Ambush.trusting(version))
    for capacity in half.capacities {
      let server = try TLSContext(Ambush.server(version, capacity, length: capacity))
      let puppets = try Puppets(client, server)
      puppets.client.run()
      puppets.server.push((puppets.client.news() + badRecord)[...])
      puppets.server.run()
      guard expectAlert(from: puppets.server, at: puppets.client, "\(capacity)") else { return }
    }
  }

  /// The peer is not asked here: the alert comes before a version is agreed on, in a record of
  /// version 3.1, and an OpenSSL server that has agreed on one takes no record of another.
  @Test(arguments: versions, halves)
  func `a bad record waiting for a client that has not begun`(
    version: ProtocolVersion, half: Half
  ) throws {
    let plain = try helloLength(Ambush.trusting(version), offering: 300)
    for capacity in half.capacities {
      var settings = Ambush.trusting(version)
      settings.ringCapacity.outgoing = capacity
      // The ClientHello ends from 20 bytes before the ring's edge to 19 behind it.
      let length = capacity - 20 + capacity / 2 % 40
      settings.applicationProtocols = protocols(bytes: length - plain + 300)
      let client = Puppet(try TLSEngine(TLSContext(settings), as: .client(.name("localhost"))))
      client.push(badRecord[...])
      client.run()
      let alert = try #require(client.error?.alert)
      #expect(alert.origin == .sent)
      #expect(client.sent.count == length + 7)
      #expect(client.sent.suffix(7) == [21, 3, 1, 0, 2, 2, alert.alert.rawValue])
    }
  }

  @Test(arguments: versions, halves)
  func `a bad record waiting behind a server's flight`(
    version: ProtocolVersion, half: Half
  ) throws {
    let server = try TLSContext(Ambush.demanding(version))
    for capacity in half.capacities {
      let client = try TLSContext(Ambush.client(version, capacity, length: capacity))
      let puppets = try Puppets(client, server)
      puppets.client.run()
      puppets.server.take(puppets.client.news())
      puppets.client.push((puppets.server.news() + badRecord)[...])
      puppets.client.run()
      guard expectAlert(from: puppets.client, at: puppets.server, "\(capacity)") else { return }
    }
  }

  @Test(arguments: versions, halves)
  func `a bad record waiting behind a client's Finished`(
    version: ProtocolVersion, half: Half
  ) throws {
    let client = try TLSContext(Ambush.trusting(version))
    for capacity in half.capacities {
      var settings = Ambush.server(version, capacity, length: 0)
      settings.tickets = .afterHandshake(capacity % 14)
      let puppets = try Puppets(client, TLSContext(settings))
      puppets.client.run()
      puppets.server.take(puppets.client.news())
      puppets.client.take(puppets.server.news())
      puppets.server.push((puppets.client.news() + badRecord)[...])
      puppets.server.run()
      guard expectAlert(from: puppets.server, at: puppets.client, "\(capacity)") else { return }
    }
  }

  @Test(arguments: versions, bothRoles)
  func `a bad record while data fills the ring up to every distance from its edge`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    for capacity in stride(from: 512, through: 4096, by: 17) {
      let puppets = try Puppets(
        TLSContext(Ambush.client(version, capacity, length: 0)),
        TLSContext(Ambush.server(version, capacity, length: 0)))
      puppets.exchange()
      let victim = puppets[isServer]
      // 22 and 29 bytes of overhead; what stays free is 0 to 96 bytes.
      let data = capacity - (version == .tls13 ? 22 : 29) - capacity / 17 % 97
      #expect(try victim.engine.write(text(data)) == .moved(data))
      victim.push(badRecord[...])
      victim.move()
      victim.pull()
      guard expectAlert(from: victim, at: puppets[!isServer], "\(capacity)") else { return }
    }
  }

  @Test(arguments: versions, [4097, 5000, 8192, 12_345, 16_384, 17_408])
  func `larger rings`(version: ProtocolVersion, capacity: Int) throws {
    let client = try TLSContext(Ambush.client(version, capacity, length: 0))
    for length in 0..<Ambush.lengths.count {
      let server = try TLSContext(Ambush.server(version, capacity, length: length))
      let puppets = try Puppets(client, server)
      puppets.client.run()
      puppets.server.push((puppets.client.news() + badRecord)[...])
      puppets.server.run()
      guard expectAlert(from: puppets.server, at: puppets.client, "\(length)") else { return }
    }
  }

  private func helloLength(_ settings: TLSConfiguration, offering bytes: Int) throws -> Int {
    var settings = settings
    settings.applicationProtocols = protocols(bytes: bytes)
    let client = Puppet(try TLSEngine(TLSContext(settings), as: .client(.name("localhost"))))
    client.run()
    return client.sent.count
  }
}

/// Application protocols that take this many bytes in a ClientHello, at least 2.
private func protocols(bytes: Int) -> [String] {
  var rest = max(2, bytes)
  var list: [String] = []
  while rest > 0 {
    let take = rest <= 256 ? rest : rest == 257 ? 255 : 256
    list.append(String(repeating: "p", count: take - 1))
    rest -= take
  }
  return list
}
