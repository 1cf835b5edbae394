@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Connections of one kind, of which every byte is the same each time.
struct SeededCase: Sendable, Hashable, CustomTestStringConvertible {
  let version: ProtocolVersion
  let key: TestIdentity.Key
  let tickets: Tickets
  let kind: Kind

  enum Tickets: CaseIterable {
    case none
    /// Sealed with keys that the context draws.
    case stateless
    /// Sealed with keys that it is given.
    case keyed
    case stateful
  }

  enum Kind: CaseIterable {
    case plain, mutual, preShared
    /// TLS 1.3 alone.
    case retried, updated, early
  }

  static let all = versions.flatMap { version in
    TestIdentity.Key.allCases.flatMap { key in
      Tickets.allCases.flatMap { tickets in
        Kind.allCases.map {
          SeededCase(version: version, key: key, tickets: tickets, kind: $0)
        }
      }
    }
  }.filter(\.canBe)

  var testDescription: String { "\(version) \(key) tickets \(tickets) \(kind)" }

  private var canBe: Bool {
    switch kind {
    case .plain, .mutual, .preShared: true
    case .retried, .updated: version == .tls13
    case .early: version == .tls13 && tickets == .stateful
    }
  }
}

// MARK: - The connections

extension SeededCase {
  /// The flights of a connection and, with tickets, of two more that each resume the one before; with
  /// them the sessions. Contexts and keys are made anew.
  func pieces(seed: UInt64 = 1) throws -> [[UInt8]] {
    let contexts = try contexts(seed: seed)
    var pieces: [[UInt8]] = []
    var session: TLSSession?
    for _ in 0..<(tickets == .none ? 1 : 3) {
      let (flights, next) = try connect(contexts, resuming: session)
      guard (next == nil) == (tickets == .none) else {
        throw Surprise("\(self) left \(next == nil ? "no" : "a") session")
      }
      pieces += flights + [next?.bytes].compactMap { $0 }
      session = next
    }
    return pieces
  }

  func contexts(seed: UInt64 = 1) throws -> Reunion {
    try Reunion(settings, seed: seed, clock: .fixed(Self.time))
  }

  /// A connection from its first byte to its last, and the session to resume next.
  func connect(
    _ contexts: Reunion, resuming session: TLSSession? = nil
  ) throws -> (flights: [[UInt8]], next: TLSSession?) {
    let pair = EnginePair(
      client: try TLSEngine(contexts.client, as: .client(.name("localhost")), resuming: session),
      server: try TLSEngine(contexts.server, as: .server))
    if kind == .early, session != nil { _ = try pair.client.engine.writeEarly(text(500)) }
    try pair.settle()
    try check(pair, isResumption: session != nil)
    if kind == .updated {
      for end in [pair.client, pair.server] { _ = try end.engine.updateKeys() }
    }
    pair.client.send(text(300))
    pair.server.send(text(20000))
    try pair.settle()
    try pair.finish()
    return (pair.log.flights.map(\.bytes), pair.sessions.last ?? session)
  }

  /// Sees that the connection is of the kind.
  private func check(_ pair: EnginePair, isResumption: Bool) throws {
    let server = pair.server.engine
    let isOfKind =
      switch kind {
      case .plain, .updated: true
      case .mutual: server.negotiated?.peerCertificates.count == 1
      // A ServerHello with this random (RFC 8446 §4.1.3).
      case .retried: pair.log.flights[1].bytes[11...].starts(with: [0xCF, 0x21, 0xAD, 0x74])
      case .preShared: isResumption || server.negotiated?.pskIdentity != nil
      case .early: !isResumption || server.earlyData?.verdict == .accepted
      }
    guard isOfKind, pair.isResumed == isResumption, server.negotiated?.version == version else {
      throw Surprise("\(self): \(server), resumed \(pair.isResumed), not \(isResumption)")
    }
  }

  static let time: Int64 = 1_700_000_000
}

/// A connection that is not of its kind.
struct Surprise: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

// MARK: - The settings

extension SeededCase {
  var settings: Settings {
    get throws {
      let ticketKeys = TicketKeys(try TicketKey(bytes: text(80)))
      return Settings(version).telling.changed {
        $0.client.trust = Self.authority.trust
        $0.server.trust = Self.authority.trust
        $0.server.identities = [Self.servers[key]].compactMap { $0 }
        switch tickets {
        case .none: $0.server.tickets = .none
        case .stateless: $0.server.ticketFormat = .stateless
        case .keyed: $0.server.ticketKeys = ticketKeys
        case .stateful: $0.server.ticketFormat = .stateful
        }
        apply(to: &$0)
      }
    }
  }

  private func apply(to settings: inout Settings) {
    switch kind {
    case .plain, .updated: break
    case .mutual:
      settings.server.clientCertificates = .require
      settings.client.identities = [Self.clients[key]].compactMap { $0 }
    case .preShared:
      for isServer in bothRoles {
        settings[isServer].preSharedKeys = PreSharedKeys([Self.preSharedKey])
        guard version == .tls12 else { continue }
        settings[isServer].cipherSuites = CipherSuite.preShared
      }
    case .retried:
      settings.client.groups = [.x25519, .secp256r1]
      settings.server.groups = [.secp256r1]
    case .early:
      for isServer in bothRoles { settings[isServer].earlyData = .upTo(1000) }
    }
  }

  private static let preSharedKey = ExternalPSK(identity: "key", key: text(32))
  private static let authority = fixture { try TestIdentity.authority(seed: 7) }
  private static let servers = fixture {
    try keyed { try authority.issue(.server, names: [.dns("localhost")], key: $0).identity }
  }
  private static let clients = fixture {
    try keyed { try authority.issue(.client, key: $0).identity }
  }

  private static func keyed(
    _ make: (TestIdentity.Key) throws -> Identity
  ) rethrows -> [TestIdentity.Key: Identity] {
    let pairs = try TestIdentity.Key.allCases.map { ($0, try make($0)) }
    return Dictionary(uniqueKeysWithValues: pairs)
  }
}
