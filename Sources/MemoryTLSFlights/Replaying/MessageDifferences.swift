import MemoryTLS

/// How the messages of two flights differ, in words.
struct MessageDifferences {
  private(set) var all: [Difference] = []
  private let terms: (recorded: Terms, now: Terms)

  init(_ recorded: ReadFlight, _ now: ReadFlight) {
    terms = (recorded.terms, now.terms)
    if let old = recorded.messages, let new = now.messages {
      compare(old, new)
      if all.isEmpty { compareWritten(recorded, now) }
    } else {
      // What one of them cannot read is compared in neither, but counted.
      compare(recorded.plain, now.plain)
      compareSealed(recorded.sealedOrNot, now.sealedOrNot)
    }
  }

  private mutating func compare(_ recorded: [ProtocolMessage], _ now: [ProtocolMessage]) {
    let alignment = Alignment(recorded.map(\.label), now.map(\.label))
    // In the order of the flight.
    var gaps = alignment.gaps[...]
    for pair in alignment.pairs {
      while let gap = gaps.first, gap.now.upperBound <= pair.now,
        gap.recorded.upperBound <= pair.recorded
      {
        explain(recorded[gap.recorded], now[gap.now])
        gaps = gaps.dropFirst()
        // What would have followed is missing for that.
        if now[gap.now].contains(where: \.isTurn) { return }
      }
      compare(recorded[pair.recorded], now[pair.now])
    }
    for gap in gaps { explain(recorded[gap.recorded], now[gap.now]) }
  }

  private mutating func compare(_ recorded: ProtocolMessage, _ now: ProtocolMessage) {
    let isHello = recorded.handshakeType == .clientHello || recorded.handshakeType == .serverHello
    // In another version the same message has another form.
    guard isHello || terms.recorded.version == terms.now.version, recorded.bytes != now.bytes else {
      return
    }
    all +=
      FieldDifferences(
        terms.recorded.fields(of: recorded), terms.now.fields(of: now), of: recorded.name
      ).all
  }

  /// One is there instead of the other.
  private mutating func explain(
    _ recorded: ArraySlice<ProtocolMessage>, _ now: ArraySlice<ProtocolMessage>
  ) {
    let (old, new) = (recorded.flatMap(\.bytes), now.flatMap(\.bytes))
    if recorded.isEmpty {
      all.append(Difference(": \(MessageWords.number(of: now)) more", old, new))
    } else if now.isEmpty {
      all.append(Difference(": \(MessageWords.number(of: recorded)) less", old, new))
    } else {
      let isTurn = now.count == 1 && now.contains(where: \.isTurn)
      let missing = MessageWords.some(isTurn ? recorded.prefix(1) : recorded)
      all.append(Difference(": \(MessageWords.some(now)) instead of \(missing)", old, new))
    }
  }

  private mutating func compareWritten(_ recorded: ReadFlight, _ now: ReadFlight) {
    guard let old = recorded.written, let new = now.written,
      let place = old.firstDifference(from: new)
    else { return }
    let sizes = "recorded \(old.count) bytes; now \(new.count), the first \(place) of them equal"
    all.append(Difference(", what the application wrote: \(sizes)", old, new))
  }

  private mutating func compareSealed(_ recorded: [ContentType], _ now: [ContentType]) {
    guard recorded != now else { return }
    let words = (MessageWords.list(recorded), MessageWords.list(now))
    all.append(Difference(", sealed records: recorded \(words.0); now \(words.1)"))
  }
}

extension ProtocolMessage {
  /// Whether it takes the place of all that would have followed.
  fileprivate var isTurn: Bool {
    contentType == .alert ? bytes.first == 2 : name == "HelloRetryRequest"
  }
}

extension ReadFlight {
  /// The types of the records that cannot be read without keys, whether there are keys or not.
  fileprivate var sealedOrNot: [ContentType] {
    let open = Set(plainRecords.map(\.offset))
    var offset = 0
    return Record.split(bytes).records.compactMap { record in
      defer { offset += record.byteCount }
      return open.contains(offset) ? nil : record.contentType
    }
  }
}

/// Messages and numbers in words.
enum MessageWords {
  /// "a ServerHello", "the alert handshake_failure", "a Certificate and 2 messages more".
  static func some(_ messages: some Collection<ProtocolMessage>) -> String {
    guard let first = messages.first else { return "nothing" }
    let rest = messages.count - 1
    guard rest > 0 else { return one(first) }
    return "\(one(first)) and \(rest) message\(rest == 1 ? "" : "s") more"
  }

  /// "one NewSessionTicket", "two NewSessionTickets", "a Certificate and a CertificateVerify".
  static func number(of messages: some Collection<ProtocolMessage>) -> String {
    let labels = Set(messages.map(\.label))
    guard labels.count == 1, let label = labels.first else {
      let names = messages.prefix(listed).map(one)
      let rest = messages.count - names.count
      let words = names + (rest > 0 ? ["\(rest) others"] : [])
      return "\(words.dropLast().joined(separator: ", ")) and \(words.last ?? "")"
    }
    let count = messages.count
    let number = numbers.indices.contains(count - 1) ? numbers[count - 1] : "\(count)"
    return "\(number) \(label)\(count == 1 ? "" : "s")"
  }

  /// "2 × application_data, alert".
  static func list(_ types: [ContentType]) -> String {
    var runs: [(type: ContentType, count: Int)] = []
    for type in types {
      if runs.last?.type == type {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((type, 1))
      }
    }
    let shown = runs.prefix(listed).map { run in
      run.count == 1 ? "\(run.type)" : "\(run.count) × \(run.type)"
    }
    guard !shown.isEmpty else { return "none" }
    return (shown + (runs.count > listed ? ["…"] : [])).joined(separator: ", ")
  }

  private static func one(_ message: ProtocolMessage) -> String {
    guard message.contentType != .alert else { return "the \(message.label)" }
    let vowels: Set<Character> = ["A", "E", "I", "O", "a", "e", "i", "o"]
    let article = message.label.first.map { vowels.contains($0) } == true ? "an" : "a"
    return "\(article) \(message.label)"
  }

  private static let numbers = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
  private static let listed = 6
}
