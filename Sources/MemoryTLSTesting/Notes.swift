import MemoryTLS
import MemoryTLSFlights
import Synchronization

/// What an end means to say: the messages that its engine makes, and what is written to it.
final class Notes: Sendable {
  private let waiting = Mutex<[FlightNote]>([])

  /// Keeps the messages that the observed engine itself sends.
  func observer(sending: Direction) -> MessageObserver {
    { message in
      guard message.direction == sending else { return }
      self.waiting.withLock { $0.append(.message(message)) }
    }
  }

  /// Keeps what is written to an engine from now on; who looked at it before still does.
  func watch(_ engine: TLSEngine) {
    let other = engine.passageObserver
    engine.passageObserver = { passage, bytes in
      other?(passage, bytes)
      guard passage == .written else { return }
      let plaintext = [UInt8](copying: bytes)
      self.waiting.withLock { $0.append(.write(plaintext)) }
    }
  }

  /// What was kept since this was last asked.
  func take() -> [FlightNote] {
    waiting.withLock { notes in
      defer { notes = [] }
      return notes
    }
  }
}
