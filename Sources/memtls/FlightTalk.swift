import MemoryTLS
import MemoryTLSTransport
import Synchronization

/// Says what each flight of a connection was, when the next one begins. It keeps no bytes.
final class FlightTalk: Sendable {
  private let label: String
  private let state = Mutex(State())

  private struct State {
    var direction: Direction?
    var byteCount = 0
    /// Each way its own: a flight can begin while a record of the other way is half there.
    var records: [Direction: RecordCounter] = [:]
    /// The names of messages whose flight has not been said yet, by direction.
    var names: [Direction: [String]] = [:]
  }

  init(label: String) { self.label = label }

  /// For the engine: collects the names of its messages.
  var observer: MessageObserver {
    { message in
      self.state.withLock { state in
        var names = state.names[message.direction, default: []]
        guard names.count <= Self.nameLimit else { return }
        names.append(names.count < Self.nameLimit ? message.label : "...")
        state.names[message.direction] = names
      }
    }
  }

  /// More than any handshake has.
  private static let nameLimit = 24

  /// Counts bytes that passed; if they go the other way, the flight before them is over.
  func note(_ bytes: Span<UInt8>, _ direction: Direction) {
    if state.withLock({ $0.direction }) != direction { end() }
    // A span cannot be carried into the lock's closure.
    var records = state.withLock { $0.records[direction, default: RecordCounter()] }
    records.count(bytes)
    state.withLock { state in
      state.direction = direction
      state.byteCount += bytes.count
      state.records[direction] = records
    }
  }

  /// Says the last flight.
  func end() {
    let line = state.withLock { state -> String? in
      guard let direction = state.direction else { return nil }
      let names = state.names.removeValue(forKey: direction) ?? []
      let count = state.records[direction]?.total ?? 0
      let line = Self.line(direction, state.byteCount, count, names)
      state.records[direction]?.total = 0
      (state.direction, state.byteCount) = (nil, 0)
      return line
    }
    if let line { say(label + line) }
  }

  private static func line(
    _ direction: Direction, _ bytes: Int, _ records: Int, _ names: [String]
  ) -> String {
    let way = direction == .clientToServer ? "client → server" : "server → client"
    let size = "\(bytes) bytes in \(records) record\(records == 1 ? "" : "s")"
    return ([way, size] + (names.isEmpty ? [] : [names.joined(separator: ", ")]))
      .joined(separator: ": ")
  }
}

/// Counts records as their bytes pass, by their headers (RFC 8446 §5.1).
private struct RecordCounter {
  var total = 0
  private var header: [UInt8] = []
  private var payloadLeft = 0

  mutating func count(_ bytes: Span<UInt8>) {
    var place = 0
    while place < bytes.count {
      let skipped = min(payloadLeft, bytes.count - place)
      payloadLeft -= skipped
      place += skipped
      guard place < bytes.count else { return }
      header.append(bytes[place])
      place += 1
      guard header.count == 5 else { continue }
      payloadLeft = Int(header[3]) << 8 | Int(header[4])
      header = []
      total += 1
    }
  }
}
