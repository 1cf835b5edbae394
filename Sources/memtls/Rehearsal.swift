import MemoryTLS
import MemoryTLSTesting

/// What leads to the handshake that is shown, and what follows it.
struct Rehearsal {
  let client: TLSContext
  let server: TLSContext
  let wire: Wire

  /// A connection that leaves the client a session, so that the next one resumes.
  func firstConnection() throws {
    let pair = try EnginePair(client: client, server: server, wire: wire)
    try pair.settle()
    if pair.server.engine.negotiated?.version == .tls13 {
      _ = try pair.server.engine.issueTicket()
      try pair.settle()
    }
    // Of a connection that nobody closes, OpenSSL gives the session up.
    for end in [pair.client, pair.server] { end.close() }
    try pair.settle()
  }

  /// A handshake, with data of the client's before it is done.
  func handshake(early text: String?) throws -> EnginePair {
    let pair = try EnginePair(client: client, server: server, wire: wire)
    var rest = Array((text ?? "").utf8)[...]
    while pair.client.engine.earlyDataRoom > 0, !rest.isEmpty {
      guard case .moved(let count) = try pair.client.engine.writeEarly(Array(rest)) else { break }
      rest = rest.dropFirst(count)
    }
    try pair.settle()
    if !rest.isEmpty { pair.client.send(Array(rest)) }
    try pair.settle()
    return pair
  }

  /// New keys for both directions: the server's come before what it writes next.
  static func updateKeys(_ pair: EnginePair) throws {
    _ = try pair.client.engine.updateKeys(.both)
    try pair.settle()
    pair.server.send(Array("new keys".utf8))
    try pair.settle()
  }
}
