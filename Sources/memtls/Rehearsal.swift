import MemoryTLS
import MemoryTLSTesting

/// What the two ends of `memtls handshake` do.
enum Rehearsal {
  /// A handshake, with data of the client's before it is done.
  static func shakeHands(_ pair: EnginePair, early text: String?) throws {
    let rest = try writeEarly(text, pair)
    try pair.settle()
    if !rest.isEmpty { pair.client.send(rest) }
    try pair.settle()
  }

  /// Writes what can be written before the handshake; answers what is left for later.
  static func writeEarly(_ text: String?, _ pair: EnginePair) throws -> [UInt8] {
    var rest = Array((text ?? "").utf8)[...]
    while pair.client.engine.earlyDataRoom > 0, !rest.isEmpty {
      guard case .moved(let count) = try pair.client.engine.writeEarly(Array(rest)) else { break }
      rest = rest.dropFirst(count)
    }
    return Array(rest)
  }

  /// New keys for both directions: the server's come before what it writes next.
  static func updateKeys(_ pair: EnginePair) throws {
    _ = try pair.client.engine.updateKeys(.both)
    try pair.settle()
    pair.server.send(Array("new keys".utf8))
    try pair.settle()
  }
}
