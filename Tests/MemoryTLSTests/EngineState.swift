import MemoryTLS
import MemoryTLSTesting

/// The states an engine can be in.
enum EngineState: CaseIterable {
  case neverStarted, blocked, failed, aborted, truncated
  case open, released, unread, pending, closing, closed

  /// An engine in this state.
  func engine(isServer: Bool, observing observer: MessageObserver? = nil) throws -> TLSEngine {
    func puppet(_ context: TLSContext, _ role: Role) throws -> Puppet {
      let observer = (role == .server) == isServer ? observer : nil
      return Puppet(try TLSEngine(context, as: role, observing: observer))
    }
    let pair = Puppets(
      client: try puppet(Self.contexts.client, .client(.name("localhost"))),
      server: try puppet(Self.contexts.server, .server))
    try arrange(pair[isServer], pair[!isServer], pair)
    return pair[isServer].engine
  }

  private func arrange(_ puppet: Puppet, _ peer: Puppet, _ both: Puppets) throws {
    switch self {
    case .neverStarted: return
    case .blocked: puppet.move()
    case .failed: puppet.take(badRecord)
    case .aborted: _ = try puppet.engine.close()
    case .truncated:
      puppet.engine.endOfInput()
      puppet.move()
    case .open, .released, .unread, .pending, .closing, .closed: both.exchange()
    }
    switch self {
    case .released: puppet.engine.releaseIdleBuffers()
    case .unread:
      try peer.write(text(1000))
      puppet.push(peer.news()[...])
    case .pending: _ = try puppet.engine.write(text(1000))
    case .closing: _ = try puppet.engine.close()
    case .closed:
      _ = try (puppet.engine.close(), peer.engine.close())
      both.exchange()
    default: return
    }
  }

  private static let contexts = fixture {
    (client: try TLSContext(Settings().client), server: try TLSContext(Settings().server))
  }
}
