import MemoryTLS

/// What a file says beside its packets, for the logs that it belongs to.
struct CaptureNotes {
  private let keyLog: KeyLog
  private let comments: [String]
  /// Lines of the key log by the randoms that they are for.
  private var secrets: [[UInt8]: Secrets] = [:]

  /// Lines for one random, each once.
  private struct Secrets {
    private(set) var lines: [String] = []
    private var byteCount = 0

    mutating func add(_ line: String) {
      let newCount = byteCount + line.utf8.count
      guard newCount <= Self.mostBytes, !lines.contains(line) else { return }
      lines.append(line)
      byteCount = newCount
    }

    /// Each of many connections may have this random, and with it these lines. The secrets of one are
    /// at most ten, of 194 bytes a line.
    private static let mostBytes = 4096
  }

  init(keyLog lines: [String], comments: [String]) {
    keyLog = KeyLog(lines: lines)
    // A comment of several lines is as many, as they fit into a text of lines.
    self.comments = comments.flatMap { $0.split(whereSeparator: \.isNewline).map(String.init) }
    for line in keyLog.lines.lazy.compactMap({ KeyLogLine($0.utf8) }) {
      secrets[line.clientRandom, default: Secrets()].add(line.text)
    }
  }

  func add(to streams: inout [CapturedStream]) {
    for index in streams.indices {
      streams[index].log?.metadata.comments = comments
      guard let random = streams[index].clientRandom else { continue }
      let later = streams[index].log.map { laterSecrets(of: $0, after: random) }
      streams[index].log?.metadata.keyLog = secrets[random]?.lines ?? []
      // Many streams share one array of lines, as long as nothing is put into it.
      if let later, !later.isEmpty { streams[index].log?.metadata.keyLog += later }
    }
  }

  /// Lines for the ClientHellos of further handshakes, which are encrypted under the keys of the
  /// handshakes before them.
  private func laterSecrets(of log: FlightLog, after random: [UInt8]) -> [String] {
    guard keyLog.secret(.clientRandom, clientRandom: random) != nil, log.isRenegotiated else {
      return []
    }
    let later = Dissection(log, keyLog: keyLog).clientRandoms.subtracting([random])
    return later.compactMap { random in
      secrets[random]?.lines.first { $0.hasPrefix("\(KeyLog.Label.clientRandom) ") }
    }.sorted()
  }
}

extension FlightLog {
  /// Whether the client changed its keys twice, as it does in TLS 1.2 and before when it renegotiates.
  fileprivate var isRenegotiated: Bool {
    let bytes = flights.flatMap { $0.direction == .clientToServer ? $0.bytes : [] }
    return Record.split(bytes).records.count { $0.contentType == .changeCipherSpec } > 1
  }
}
