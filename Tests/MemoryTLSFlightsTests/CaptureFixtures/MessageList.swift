import MemoryTLS
import MemoryTLSFlights

/// What is found in a capture, in the words of Fixtures/captures/list, for each stream and sender by
/// itself: which of two sides' messages was first is a matter of packets.
struct MessageList: Equatable {
  private(set) var lines: [Place: [String]] = [:]

  /// One side of a stream.
  struct Place: Hashable, CustomStringConvertible {
    var stream: Int
    let direction: Direction

    var description: String { "\(stream) \(direction)" }
  }

  /// Reads a list of tshark's.
  init(_ list: [String]) {
    for line in list {
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, let stream = Int(words[0]) else { continue }
      let direction: Direction = words[1] == "client" ? .clientToServer : .serverToClient
      lines[Place(stream: stream, direction: direction), default: []].append(String(words[2]))
    }
  }

  /// What ours finds in a capture, with all secrets in it: a handshake after the first has a random of
  /// its own.
  init(_ capture: Capture, keyLog: KeyLog) {
    let keyLog = KeyLog(lines: keyLog.lines + capture.keyLog)
    for stream in capture.streams {
      guard let log = stream.log else { continue }
      append(MessageList(log, keyLog: keyLog), from: stream.number)
    }
  }

  /// What ours finds in a log, as in a capture's first stream.
  init(_ log: FlightLog, keyLog: KeyLog) {
    let dissection = Dissection(log, keyLog: keyLog)
    let messages = Dictionary(grouping: dissection.messages) { $0.records.upperBound - 1 }
    for (index, record) in dissection.records.enumerated() {
      let found = (messages[index] ?? []).map(\.message.line) + (record.sealed.map { [$0] } ?? [])
      guard !found.isEmpty else { continue }
      lines[Place(stream: 0, direction: record.direction), default: []] += found
    }
  }

  /// Adds another list, whose first stream becomes this one.
  mutating func append(_ other: MessageList, from stream: Int) {
    for (place, lines) in other.lines {
      self.lines[Place(stream: place.stream + stream, direction: place.direction)] = lines
    }
  }

  /// Where another list has something else. Of streams that lack packets, only what both can read is
  /// compared: each may give up sooner than the other.
  func differences(from other: MessageList, cut: Set<Int> = []) -> [String] {
    Set(lines.keys).union(other.lines.keys).filter { place in
      guard cut.contains(place.stream) else { return self[place] != other[place] }
      let (mine, others) = (read(place), other.read(place))
      return !mine.starts(with: others) && !others.starts(with: mine)
    }.map { "\($0): \(self[$0]) instead of \(other[$0])" }
  }

  /// What one side says until the first record that nobody can read.
  func read(_ place: Place) -> ArraySlice<String> {
    self[place].prefix { !$0.hasPrefix("sealed") }
  }

  /// What one side of a stream says.
  subscript(place: Place) -> [String] { lines[place] ?? [] }
}

extension DissectedRecord {
  /// What stands in the list for a record that nobody can read.
  fileprivate var sealed: String? {
    guard case .unreadable = content else { return nil }
    return "sealed \(record.contentType.rawValue) \(record.byteCount - 5)"
  }
}

extension ProtocolMessage {
  fileprivate var line: String {
    switch contentType {
    case .handshake: "handshake \(bytes.first ?? 0) \(bytes.count - 4)"
    case .changeCipherSpec: "change"
    case .alert: "alert " + bytes.map { "\($0)" }.joined(separator: " ")
    default: "data \(bytes.count)"
    }
  }
}
