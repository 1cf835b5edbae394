import MemoryTLS
import MemoryTLSTesting

/// What the two ends of `memtls handshake` do.
enum Rehearsal {
  /// A handshake, with data of the client's before it is done.
  static func shakeHands(_ pair: EnginePair, early text: String?) throws {
    var rest = Array((text ?? "").utf8)[...]
    while pair.client.engine.earlyDataRoom > 0, !rest.isEmpty {
      guard case .moved(let count) = try pair.client.engine.writeEarly(Array(rest)) else { break }
      rest = rest.dropFirst(count)
    }
    try pair.settle()
    if !rest.isEmpty { pair.client.send(Array(rest)) }
    try pair.settle()
  }

  /// New keys for both directions: the server's come before what it writes next.
  static func updateKeys(_ pair: EnginePair) throws {
    _ = try pair.client.engine.updateKeys(.both)
    try pair.settle()
    pair.server.send(Array("new keys".utf8))
    try pair.settle()
  }
}
