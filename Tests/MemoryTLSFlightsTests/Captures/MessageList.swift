import MemoryTLS
import MemoryTLSFlights

/// What is found in a capture, in the words of Fixtures/captures/list, for each stream and sender by
/// itself: which of two sides' messages was first is a matter of packets.
struct MessageList: Equatable {
  /// By "0 client", "0 server", "1 client" and so on.
  private(set) var lines: [String: [String]] = [:]

  /// Reads a list of tshark's.
  init(_ list: [String]) {
    for line in list {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      lines[words.prefix(2).joined(separator: " "), default: []].append(words.last ?? "")
    }
  }

  /// What ours finds.
  init(_ capture: Capture, keyLog: KeyLog) {
    for stream in capture.streams {
      guard let log = stream.log else { continue }
      let dissection = Dissection(log, keyLog: keyLog)
      for (index, record) in dissection.records.enumerated() {
        let messages = dissection.messages.filter { $0.records.upperBound == index + 1 }
        let found = messages.map(\.message.line) + (record.sealed.map { [$0] } ?? [])
        guard !found.isEmpty else { continue }
        lines["\(stream.number) \(record.direction.sender)", default: []] += found
      }
    }
  }

  /// What one side of a stream says.
  subscript(stream: Int, direction: Direction) -> [String] {
    lines["\(stream) \(direction.sender)"] ?? []
  }
}

extension Direction {
  fileprivate var sender: String { self == .clientToServer ? "client" : "server" }
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
