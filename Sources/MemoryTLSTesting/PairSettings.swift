public import MemoryTLS

/// Two ends' configurations that fit each other, to be changed as a test wants them.
///
///     var settings = try PairSettings()
///     settings.client.applicationProtocols = ["h2"]
///     settings.server.applicationProtocols = ["h2"]
///     try settings.pair().expectBoth(\.applicationProtocol, "h2")
public struct PairSettings: Sendable {
  /// Whom both ends trust, made for these settings.
  public let authority: TestIdentity
  /// A client that trusts the authority.
  public var client = TLSConfiguration()
  /// A server with a certificate of the authority for `localhost`; clients' would be trusted too.
  public var server = TLSConfiguration()
  /// Whom the client expects.
  public var expected = ServerIdentity.name("localhost")
  /// How bytes are cut.
  public var wire = Wire.whole
  /// What time it is for both ends.
  public var clock = TLSClock.system
  /// What everything random comes from; nil for OpenSSL's own random bytes.
  public let seed: UInt64?

  /// New certificates, and the defaults for everything else.
  ///
  /// - Parameter seed: Where everything random comes from, the certificates and their keys too: with
  ///   the same seed and the same changes a pair sends the same bytes, in every process. The client
  ///   draws from the seed, the server from its complement, and the clock stands still at
  ///   ``MemoryTLS/TLSClock/seeded``. Nil for other bytes every time.
  /// - Throws: what OpenSSL says if it can make no certificate.
  public init(seed: UInt64? = nil) throws(TLSError) {
    self.seed = seed
    if seed != nil { clock = .seeded }
    authority = try TestIdentity.authority(seed: seed)
    client.trust = authority.trust
    server.trust = authority.trust
    server.identities = [
      try authority.issue(.server, "localhost", names: [.dns("localhost")]).identity
    ]
  }

  /// A client and a server that have not begun.
  ///
  /// - Throws: what is wrong with the settings.
  public func pair() throws(TLSError) -> EnginePair { try Contexts(self).pair(self) }

  /// A pair that has not begun, after another of the same contexts that was opened, used and closed,
  /// so that the client has a session to resume if the server gives any. Without a
  /// ``MemoryTLS/TLSConfiguration/sessionStore`` the client gets one.
  ///
  /// - Throws: what is wrong with the settings, as a `TLSError`, or the `PairFailure` of the first
  ///   pair.
  public func secondPair(fileID: String = #fileID, line: Int = #line) throws -> EnginePair {
    try contextsThatMet(SourcePlace(fileID, line)).pair(self)
  }

  /// The contexts of a pair.
  package func contexts() throws(TLSError) -> Contexts { try Contexts(self) }

  /// The contexts of a ``secondPair(fileID:line:)``, behind its first.
  package func contextsThatMet(
    _ place: SourcePlace = SourcePlace(#fileID, #line)
  ) throws -> Contexts {
    var settings = self
    settings.client.sessionStore = client.sessionStore ?? SessionStore()
    let contexts = try Contexts(settings)
    try finish(try contexts.pair(self), place)
    return contexts
  }

  /// Makes a whole connection that leaves the client a session.
  private func finish(_ pair: EnginePair, _ place: SourcePlace) throws {
    try pair.settle(fileID: place.fileID, line: place.line)
    if server.tickets == .whenIssued, pair.server.engine.negotiated?.version == .tls13 {
      _ = try pair.server.engine.issueTicket()
    }
    // What is given with the first write goes now.
    pair.server.send([0])
    // Of a connection that nobody closes, OpenSSL gives the session up.
    try pair.expectClose(fileID: place.fileID, line: place.line)
  }
}

extension PairSettings {
  /// Has both ends prove themselves with a key that they share, and the server without certificate.
  ///
  /// The key is random, or made from the seed. Where the cipher suites are the recommended ones, those
  /// of TLS 1.2 for such keys are added.
  public mutating func shareKey(named identity: String = "test") {
    let key = seed.map { sha256(of: Array("\(identity) \($0)".utf8)) } ?? .random(32)
    let keys = PreSharedKeys([ExternalPSK(identity: identity, key: key)])
    server.identities = []
    for end in [\PairSettings.client, \.server] {
      self[keyPath: end].preSharedKeys = keys
      guard self[keyPath: end].cipherSuites == CipherSuite.recommended else { continue }
      self[keyPath: end].cipherSuites += CipherSuite.preShared
    }
  }
}

extension [UInt8] {
  fileprivate static func random(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max) }
  }
}

/// Two contexts, whose engines can meet more than once.
package struct Contexts {
  package let client: TLSContext
  package let server: TLSContext

  init(_ settings: PairSettings) throws(TLSError) {
    let seed = settings.seed
    client = try TLSContext(
      settings.client, entropy: seed.map { .seeded($0) } ?? .system, clock: settings.clock)
    server = try TLSContext(
      settings.server, entropy: seed.map { .seeded(~$0) } ?? .system, clock: settings.clock)
  }

  /// With a seed, has the next pair draw what the first one drew.
  func rewind() {
    client.rewind()
    server.rewind()
  }

  func pair(_ settings: PairSettings) throws(TLSError) -> EnginePair {
    let pair = try EnginePair(
      client: client, expecting: settings.expected, server: server, wire: settings.wire)
    pair.note(seed: settings.seed, settings.clock)
    return pair
  }
}
