import MemoryTLS
import Synchronization

/// What an engine's observer has seen.
final class ReplayedMessages: Sendable {
  private let state = Mutex(State())

  private struct State {
    var messages: [ProtocolMessage] = []
    /// Who was asked to change keys and has not answered.
    var askedForKeys: Set<Direction> = []
  }

  /// For the engine.
  var observer: MessageObserver {
    { message in
      self.state.withLock { state in
        state.messages.append(message)
        guard message.handshakeType == .keyUpdate else { return }
        // RFC 8446 §4.6.3: who was asked answers before it sends its next application data.
        state.askedForKeys.remove(message.direction)
        if message.bytes.last == 1 { state.askedForKeys.insert(message.direction.reversed) }
      }
    }
  }

  /// What was seen in a direction since this was last asked; what came the other way is forgotten.
  func take(_ direction: Direction) -> [ProtocolMessage] {
    state.withLock { state in
      defer { state.messages = [] }
      return state.messages.filter { $0.direction == direction }
    }
  }

  /// Whether an end still has to answer a KeyUpdate of the other, as it does by itself.
  func isAnswerOwed(by direction: Direction) -> Bool {
    state.withLock { $0.askedForKeys.contains(direction) }
  }
}
