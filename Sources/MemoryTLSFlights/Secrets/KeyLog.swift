import MemoryTLS

/// The secrets of connections, as the log of a TLS library tells them (RFC 9850): a label, the client's
/// random and the secret on each line.
///
/// Key log files are appended to while they are read, and by several processes: what is no such line is
/// passed over.
public struct KeyLog: Sendable, Hashable {
  /// The lines that are well-formed, those with unknown labels too.
  public private(set) var lines: [String] = []
  /// How many lines are none, and no comments either.
  public private(set) var ignoredLineCount = 0
  private var secrets: [Key: [UInt8]] = [:]

  /// What a secret is for (RFC 9850 §2).
  public struct Label: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    /// The word at the line's beginning.
    public let rawValue: String

    /// Any label, known or not.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The word itself.
    public var description: String { rawValue }

    /// The master secret of TLS 1.2.
    public static let clientRandom = Self(rawValue: "CLIENT_RANDOM")
    /// What protects early data.
    public static let clientEarlyTraffic = Self(rawValue: "CLIENT_EARLY_TRAFFIC_SECRET")
    /// What protects a client's handshake messages.
    public static let clientHandshakeTraffic = Self(rawValue: "CLIENT_HANDSHAKE_TRAFFIC_SECRET")
    /// What protects a server's handshake messages.
    public static let serverHandshakeTraffic = Self(rawValue: "SERVER_HANDSHAKE_TRAFFIC_SECRET")
    /// What protects a client's data, until keys are updated.
    public static let clientTraffic = Self(rawValue: "CLIENT_TRAFFIC_SECRET_0")
    /// What protects a server's data, until keys are updated.
    public static let serverTraffic = Self(rawValue: "SERVER_TRAFFIC_SECRET_0")
  }

  private struct Key: Hashable {
    let label: Label
    let clientRandom: [UInt8]
  }

  /// The secrets in these lines; of several with one label and random, the first.
  public init(lines: [String]) {
    for line in lines { read(line.utf8) }
  }

  /// The secrets in a key log file.
  public init(text: String) {
    for line in text.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) { read(line) }
  }

  private mutating func read(_ bytes: some Collection<UInt8>) {
    guard let line = KeyLogLine(bytes) else {
      if !KeyLogLine.isBlank(bytes) { ignoredLineCount += 1 }
      return
    }
    lines.append(line.text)
    let key = Key(label: line.label, clientRandom: line.clientRandom)
    if secrets[key] == nil { secrets[key] = line.secret }
  }
}

extension KeyLog {
  /// The secret for a connection; nil if it is not there.
  public func secret(_ label: Label, clientRandom: [UInt8]) -> [UInt8]? {
    secrets[Key(label: label, clientRandom: clientRandom)]
  }

  /// The lines about handshakes with these randoms.
  public func lines(clientRandoms: Set<[UInt8]>) -> [String] {
    lines.filter { line in
      KeyLogLine(line.utf8).map { clientRandoms.contains($0.clientRandom) } ?? false
    }
  }
}
