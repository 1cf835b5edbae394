import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// What hostile peers do, and where they are stopped.
@Suite(.withAllAndNeededAlgorithms) struct LimitsTests {
  @Test(arguments: versions, bothRoles)
  func `bytes of a handshake`(version: ProtocolVersion, isServer: Bool) throws {
    let settings = Settings(version).mutual.changed { $0.server.tickets = .none }
    let needed = try Self.taken(settings, isServer: isServer)
    // Signatures differ by some bytes.
    for (limit, isEnough) in [(needed + 20, true), (needed - 20, false)] {
      let puppets = try settings.limited { $0.handshakeBytes = limit }.open()
      let error = puppets[isServer].error
      if isEnough { #expect(error == nil) } else { try expect(error, "handshakeBytes", limit) }
    }
  }

  /// Plaintext HelloRequests, which OpenSSL skips for ever.
  @Test(arguments: wires)
  func `HelloRequests without end are messages and bytes`(wire: Wire) throws {
    let flood = (0..<40_000).flatMap { _ in [22, 3, 3, 0, 4, 0, 0, 0, 0] as [UInt8] }
    for (name, change) in [
      ("handshakeMessages", { $0.handshakeBytes = .max }),
      ("handshakeBytes", { $0.handshakeMessages = .max }),
    ] as [(String, (inout Limits) -> Void)] {
      let puppets = try Puppets(Settings(.tls12).limited(change))
      puppets.client.run()
      for piece in cut(Array(flood.prefix(wire == .bytes(1) ? 5000 : .max)), as: wire) {
        puppets.client.take(piece)
        if puppets.client.error != nil { break }
      }
      guard wire != .bytes(1) || name == "handshakeMessages" else { continue }
      try expect(puppets.client.error, name, name == "handshakeBytes" ? 256 << 10 : 64)
      #expect(puppets.client.error?.alert == nil)
      try expectLatched(puppets.client.engine, puppets.client.error)
    }
  }

  @Test(arguments: versions, bothRoles)
  func `messages of a handshake`(version: ProtocolVersion, isServer: Bool) throws {
    // A server does not count where more than it takes cannot come.
    let plain = try Settings(version).mutual.limited { $0.handshakeMessages = 15 }.open()
    let needed = plain[isServer].engine.connection.reports.tolls.handshakeMessages
    #expect(needed >= 4)
    for (limit, isEnough) in [(needed, true), (needed - 1, false)] {
      let puppets = try Settings(version).mutual.limited { $0.handshakeMessages = limit }.open()
      let error = puppets[isServer].error
      if isEnough { #expect(error == nil) } else { try expect(error, "handshakeMessages", limit) }
    }
  }

  // The alert is OpenSSL's.
  @Test(arguments: versions, bothRoles)
  func `a chain that is too long is told so`(version: ProtocolVersion, isServer: Bool) throws {
    let settings = Settings(version).mutual
    let long = settings.limited { $0.certificateChainBytes = 200 }
    let puppets = try Puppets(
      isServer ? TLSContext(settings.client) : TLSContext(long.client),
      isServer ? TLSContext(long.server) : TLSContext(settings.server))
    puppets.exchange()
    let error = try #require(puppets[isServer].error)
    #expect(error.code == .limitExceeded && error.fault == .peer)
    #expect(error.message.contains("certificateChainBytes is 200"))
    #expect(error.alert?.alert == .illegalParameter)
    #expect(puppets[!isServer].error?.alert?.alert == .illegalParameter)
    #expect(puppets[!isServer].error?.code == .alertReceived)
  }

  @Test(arguments: bothRoles)
  func `key updates in a row`(isServer: Bool) throws {
    let puppets = try Settings(.tls13).limited { $0.keyUpdates = 3 }.open()
    let (us, peer) = (puppets[isServer], puppets[!isServer])
    for _ in 0..<3 {
      for _ in 0..<3 { #expect(try peer.engine.updateKeys(.ours) == .done) }
      // Data makes up for them.
      try peer.write([1])
      us.take(peer.news())
      #expect(us.error == nil)
    }
    for _ in 0..<4 { #expect(try peer.engine.updateKeys(.ours) == .done) }
    peer.pull()
    us.take(peer.news())
    try expect(us.error, "keyUpdates", 3)
    #expect(us.error?.phase == .open)
    try expectLatched(us.engine, us.error)
  }

  @Test(arguments: [(2, 2), (2, 3), (0, 1)])
  func `tickets in a row`(limit: Int, sent: Int) throws {
    let puppets = try Settings(.tls13).limited { $0.tickets = limit }.changed {
      $0.server.tickets = .afterHandshake(sent)
    }.open()
    if sent > limit {
      try expect(puppets.client.error, "tickets", limit)
    } else {
      #expect(puppets.client.error == nil)
    }
  }

  @Test(arguments: [Renegotiation.allowed, .refused])
  func `renegotiations`(renegotiation: Renegotiation) throws {
    let puppets = try Settings(.tls12).changed {
      $0.client.limits.renegotiations = 2
      $0.client.renegotiation = renegotiation
    }.open()
    let server = puppets.server.engine.connection.ssl
    SSL_clear_options(server, COpenSSL_SSL_OP_NO_RENEGOTIATION)
    for round in 1...3 where puppets.client.error == nil && puppets.server.error == nil {
      SSL_renegotiate(server)
      _ = try puppets.server.engine.write([1])
      puppets.exchange()
      guard renegotiation == .allowed else { continue }
      #expect((puppets.client.error == nil) == (round < 3))
    }
    // An OpenSSL that is refused gives up at once.
    if renegotiation == .allowed { try expect(puppets.client.error, "renegotiations", 2) }
  }

  @Test(arguments: [1, 4, 32], bothRoles)
  func `empty records in a row`(limit: Int, isServer: Bool) throws {
    let empty: [UInt8] = [22, 3, 3, 0, 0]
    for count in [limit, limit + 1] {
      let puppets = try Puppets(Settings().limited { $0.emptyRecords = limit })
      puppets.client.run()
      let hello = puppets.client.news()
      let puppet = puppets[isServer]
      for _ in 0..<count { puppet.take(empty) }
      guard count > limit else {
        // Content makes up for them.
        if isServer { puppet.take(hello) } else { puppets.server.take(hello) }
        #expect(puppet.error == nil)
        continue
      }
      try expect(puppet.error, "emptyRecords", limit)
      #expect(puppet.error?.alert?.alert == (limit == 32 ? .unexpectedMessage : nil))
    }
  }

  @Test func `a caller who only steps is at fault, and may mend it`() throws {
    let puppets = try Puppets(Settings(.tls13).limited { $0.stepsWithoutProgress = 10 })
    let engine = puppets.client.engine
    _ = try engine.step()
    for byte in [22, 3, 1] as [UInt8] {
      puppets.client.pull()
      for _ in 0..<10 { _ = try engine.step() }
      #expect(engine.unreadCiphertext == 0)
      for _ in 0..<3 {
        let error = #expect(throws: TLSError.self) { try engine.step() }
        #expect(error?.code == .limitExceeded && error?.fault == .caller)
        #expect(error?.message.contains("stepsWithoutProgress") == true)
      }
      #expect(engine.terminalError == nil)
      #expect(try engine.push([byte]) == 1)
    }
  }

  @Test func `impossible limits are refused`() throws {
    for change in [
      { $0.handshakeBytes = 0 }, { $0.handshakeMessages = -1 }, { $0.certificateChainBytes = 0 },
      { $0.keyUpdates = 0 }, { $0.tickets = -1 }, { $0.renegotiations = -1 },
      { $0.emptyRecords = 33 }, { $0.emptyRecords = 0 }, { $0.stepsWithoutProgress = 0 },
    ] as [(inout Limits) -> Void] {
      let error = #expect(throws: TLSError.self) {
        try TLSContext(Settings().limited(change).client)
      }
      #expect(error?.code == .invalidConfiguration)
      #expect(error?.message.hasPrefix("limits.") == true)
    }
  }

  @Test(arguments: versions)
  func `without an observer messages are looked at in the handshake alone`(
    version: ProtocolVersion
  ) throws {
    let puppets = try Settings(version).open()
    let before = puppets.client.engine.connection.reports.tolls.handshakeMessages
    #expect(before > 0)
    try puppets.server.write([1])
    puppets.exchange()
    #expect(puppets.client.engine.connection.reports.tolls.handshakeMessages == before)
  }

  private func expect(_ error: TLSError?, _ name: String, _ limit: Int) throws {
    let error = try #require(error)
    #expect(error.code == .limitExceeded && error.fault == .peer, "\(error)")
    #expect(error.message == "more than \(limit), the limit named \(name)")
  }

  /// The ciphertext that a handshake takes.
  private static func taken(_ settings: Settings, isServer: Bool) throws -> Int {
    let puppets = try Puppets(settings)
    puppets.exchange()
    return puppets[isServer].engine.connection.takenCiphertext
  }
}

extension Limits {
  /// For tests of what a flood does.
  static var generous: Limits {
    var limits = Limits()
    (limits.keyUpdates, limits.renegotiations) = (.max, .max)
    return limits
  }
}

extension Settings {
  /// With limits changed at both ends.
  func limited(_ change: (inout Limits) -> Void) -> Settings {
    changed {
      change(&$0.client.limits)
      change(&$0.server.limits)
    }
  }
}
