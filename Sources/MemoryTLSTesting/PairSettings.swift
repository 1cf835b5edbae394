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

  /// New certificates, and the defaults for everything else.
  ///
  /// - Throws: what OpenSSL says if it can make no certificate.
  public init() throws(TLSError) {
    authority = try TestIdentity.authority()
    client.trust = authority.trust
    server.trust = authority.trust
    server.identities = [
      try authority.issue(.server, "localhost", names: [.dns("localhost")]).identity
    ]
  }

  /// A client and a server that have not begun.
  ///
  /// - Throws: what is wrong with the settings.
  public func pair() throws(TLSError) -> EnginePair {
    try EnginePair(client: client, expecting: expected, server: server, wire: wire)
  }

  /// A pair that has not begun, after another of the same contexts that was opened, used and closed,
  /// so that the client has a session to resume if the server gives any. Without a
  /// ``TLSConfiguration/sessionStore`` the client gets one.
  ///
  /// - Throws: what is wrong with the settings, as a `TLSError`, or the `PairFailure` of the first
  ///   pair.
  public func secondPair(fileID: String = #fileID, line: Int = #line) throws -> EnginePair {
    var client = client
    client.sessionStore = client.sessionStore ?? SessionStore()
    let contexts = (client: try TLSContext(client), server: try TLSContext(server))
    func meet() throws(TLSError) -> EnginePair {
      try EnginePair(
        client: contexts.client, expecting: expected, server: contexts.server, wire: wire)
    }
    try finish(try meet(), SourcePlace(fileID, line))
    return try meet()
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
