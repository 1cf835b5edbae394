import MemoryTLS

/// What a file says beside its packets, for the logs that it belongs to.
struct CaptureNotes {
  private let comments: [String]
  /// Lines of the key log by the randoms that they are for, in hexadecimal.
  private let secrets: [String?: [String]]

  init(keyLog: [String], comments: [String]) {
    // A comment of several lines is as many, as they fit into a text of lines.
    self.comments = comments.flatMap { $0.split(whereSeparator: \.isNewline).map(String.init) }
    secrets = Dictionary(grouping: keyLog) {
      KeyLogLine($0.utf8).map { Hexadecimal.text($0.clientRandom) }
    }
  }

  func add(to streams: inout [CapturedStream]) {
    for index in streams.indices {
      let random = streams[index].clientRandom.map { Hexadecimal.text($0) }
      streams[index].log?.metadata.keyLog = random.flatMap { secrets[$0] } ?? []
      streams[index].log?.metadata.comments = comments
    }
    let renegotiated = streams.indices.filter { streams[$0].log?.isRenegotiated == true }
    guard !renegotiated.isEmpty else { return }
    let others = secretsOfNone(of: streams)
    guard others.count <= Self.mostOthers else { return }
    for index in renegotiated { streams[index].log?.metadata.keyLog += others }
  }

  /// Lines for TLS 1.2 and before whose ClientHello is not to be seen.
  private func secretsOfNone(of streams: [CapturedStream]) -> [String] {
    var others = secrets
    for case let random? in streams.map(\.clientRandom) {
      others[Hexadecimal.text(random)] = nil
    }
    return others.values.joined().filter(FlightLog.isMasterSecret).sorted()
  }

  /// More lines are the key log of many connections, of which few would be right.
  private static let mostOthers = 64
}

extension FlightLog {
  /// Whether the client changed its keys twice, as it does in TLS 1.2 and before when it renegotiates.
  fileprivate var isRenegotiated: Bool {
    guard metadata.keyLog.contains(where: Self.isMasterSecret) else { return false }
    let bytes = flights.flatMap { $0.direction == .clientToServer ? $0.bytes : [] }
    return Record.split(bytes).records.count { $0.contentType == .changeCipherSpec } > 1
  }

  /// Whether a line of a key log is one of TLS 1.2 and before.
  fileprivate static func isMasterSecret(_ line: String) -> Bool {
    line.hasPrefix("CLIENT_RANDOM ")
  }
}
