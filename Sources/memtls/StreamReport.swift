import MemoryTLS
import MemoryTLSFlights

/// What is to be said of one connection.
struct StreamReport {
  let stream: FlightFile.Stream
  let outline: Outline
  private let hasSecrets: Bool

  /// Nil if there is no TLS in it.
  init?(_ stream: FlightFile.Stream, _ secrets: KeyLog) {
    guard let log = stream.log else { return nil }
    self.stream = stream
    outline = Outline(log, keyLog: secrets)
    hasSecrets = !log.metadata.keyLog.isEmpty || !secrets.lines.isEmpty
  }

  /// Some lines of heading, and the ladder.
  func ladder(atMost limit: Int, in style: Outline.LadderStyle) -> String {
    let summary = outline.summary.map(\.escaped).joined(separator: ", ")
    let heading = outline.heading.escaped + (summary.isEmpty ? "" : ": \(summary)")
    let comments = outline.log.metadata.comments.map { "comment: \($0.escaped)" }
    let lines = [heading, maker, before].compactMap { $0 } + comments.prefix(limit)
    return (lines + ["", outline.ladder(atMost: limit, in: style)]).joined(separator: "\n")
  }

  /// Who recorded it, and what makes it repeatable.
  private var maker: String? {
    let metadata = outline.log.metadata
    let words = [
      metadata.role.map { "recorded by \($0 == .both ? "both ends" : "the \($0.rawValue)")" },
      metadata.openssl?.escaped, metadata.clientSeed.map { "client seed \($0)" },
      metadata.serverSeed.map { "server seed \($0)" }, metadata.time.map { "at \($0)" },
    ].compactMap { $0 }
    return words.isEmpty ? nil : words.joined(separator: ", ")
  }

  /// What came before TLS.
  private var before: String? {
    guard let counts = stream.captured?.plaintextBefore,
      counts.clientToServer > 0 || counts.serverToClient > 0
    else { return nil }
    return "before TLS: \(counts.clientToServer) bytes of the client, "
      + "\(counts.serverToClient) of the server"
  }

  /// Whether it has more flights than this, or a flight more messages.
  func isLonger(than limit: Int) -> Bool {
    outline.flights.count > limit || outline.flights.contains { $0.entries.count > limit }
  }

  /// What is to be said beside it.
  var remarks: [String] { holes + [closure].compactMap { $0 } }

  /// Why messages stay closed; nil if none does.
  private var closure: String? {
    guard let reason = outline.flights.lazy.flatMap(\.entries).compactMap(\.reason).first else {
      return nil
    }
    return hasSecrets
      ? "encrypted messages stay closed: \(reason)"
      : "no secrets: encrypted messages stay closed; give --keylog FILE"
  }

  /// What the capture lacks, a sentence each.
  var holes: [String] { stream.holes }

  /// One message in full.
  func page(of number: Int) throws -> String {
    guard let entry = outline[number] else {
      let count = outline.entries.reduce(0) { max($0, $1.number ?? 0) }
      throw CommandFailure.usage("no message \(number), but 1 to \(count)")
    }
    return MessagePage(entry, in: outline).text
  }
}
