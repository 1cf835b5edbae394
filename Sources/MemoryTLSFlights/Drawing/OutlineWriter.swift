import MemoryTLS

/// Numbers what is in the flights, one after another.
struct OutlineWriter {
  private let log: FlightLog
  private let dissection: Dissection
  /// Indices of the dissection's lists, by flight.
  private var messages: [[Int]]
  private var records: [[Int]]
  private var rests: [[Int]]
  private let start: Timestamp?
  private var number = 0

  init(_ log: FlightLog, _ dissection: Dissection) {
    (self.log, self.dissection) = (log, dissection)
    start = log.flights.lazy.compactMap(\.time).first
    let none: [[Int]] = Array(repeating: [], count: log.flights.count)
    (messages, records, rests) = (none, none, none)
    for (index, message) in dissection.messages.enumerated() {
      messages[message.flight].append(index)
    }
    for (index, record) in dissection.records.enumerated() { records[record.flight].append(index) }
    for (index, rest) in dissection.rests.enumerated() { rests[rest.flight].append(index) }
  }

  /// The next flight.
  mutating func flight(_ index: Int) -> OutlinedFlight {
    let flight = log.flights[index]
    let isClosed = records[index].contains { dissection.records[$0].reason != nil }
    return OutlinedFlight(
      number: index + 1, flight: flight, elapsed: flight.time?.elapsed(since: start),
      entries: isClosed && !flight.notes.isEmpty ? told(index) : read(index),
      records: records[index], recordLabels: recordLabels(index))
  }

  /// What could be read, and the records that could not, in the order of the records.
  private mutating func read(_ index: Int) -> [OutlineEntry] {
    var entries: [OutlineEntry] = []
    var closed = records[index].filter { dissection.records[$0].reason != nil }[...]
    for found in messages[index].lazy.map({ [dissection] in dissection.messages[$0] }) {
      let before = closed.prefix { $0 < found.records.lowerBound }
      entries += closedEntries(before)
      closed = closed.dropFirst(before.count)
      entries.append(entry(found.message, found))
    }
    return entries + closedEntries(closed)
  }

  /// What could be read, and in the place of closed records what the notes tell of.
  private mutating func told(_ index: Int) -> [OutlineEntry] {
    var entries: [OutlineEntry] = []
    var read = messages[index].map { dissection.messages[$0] }[...]
    var left = Dictionary(grouping: read, by: \.message).mapValues(\.count)
    let firstClosed = records[index].first { dissection.records[$0].reason != nil } ?? .max
    for note in log.flights[index].notes {
      let message = ProtocolMessage(note, log.flights[index].direction)
      let isRead = left[message, default: 0] > 0
      while let next = read.first, isRead || next.records.lowerBound < firstClosed {
        entries.append(entry(next.message, next))
        left[next.message, default: 0] -= 1
        read = read.dropFirst()
        if isRead, next.message == message { break }
      }
      if !isRead { entries.append(entry(message, nil)) }
    }
    for next in read { entries.append(entry(next.message, next)) }
    return entries
  }

  /// A message, as it was read if it was.
  private mutating func entry(
    _ message: ProtocolMessage, _ read: DissectedMessage?
  ) -> OutlineEntry {
    number += 1
    let records = read?.records.filter { dissection.records[$0].direction == message.direction }
    return OutlineEntry(
      number: number, message: message, byteCount: message.bytes.count,
      isEncrypted: read?.isEncrypted ?? true, records: records ?? [], reason: nil,
      contentType: message.contentType, version: read?.version ?? dissection.version ?? .tls13,
      cipherSuite: read?.cipherSuite ?? dissection.cipherSuite)
  }

  /// Neighbours of one kind, which are closed for one reason, are one entry.
  private func closedEntries(_ indices: ArraySlice<Int>) -> [OutlineEntry] {
    var runs: [[Int]] = []
    for index in indices {
      let record = dissection.records[index]
      if let first = runs.last?.first, dissection.records[first].isClosedLike(record) {
        runs[runs.count - 1].append(index)
      } else {
        runs.append([index])
      }
    }
    return runs.map(closedEntry)
  }

  private func closedEntry(_ records: [Int]) -> OutlineEntry {
    let first = dissection.records[records[0]]
    return OutlineEntry(
      number: nil, message: nil,
      byteCount: records.reduce(0) { $0 + dissection.records[$1].record.byteCount },
      isEncrypted: true, records: records, reason: first.reason,
      contentType: first.record.contentType, version: dissection.version ?? .tls13,
      cipherSuite: dissection.cipherSuite)
  }
}

// MARK: - Records

extension OutlineWriter {
  /// The records that begin in a flight. Where the other side spoke in the middle of one, its end is in
  /// a later flight.
  private func recordLabels(_ index: Int) -> [Label] {
    let size = log.flights[index].bytes.count
    let found = records[index].lazy.map { dissection.records[$0] }
    let rests = rests[index].map { dissection.rests[$0] }
    let start = min(found.map(\.offset).min() ?? size, rests.map(\.offset).min() ?? size)
    let labels = found.map { record in
      let byteCount = record.record.byteCount
      let missing = record.offset + byteCount - size
      let text = "\(record.record.contentType) \(byteCount)"
      return Label(
        text: text + (missing > 0 ? " but for \(missing) later" : ""), tone: .faint)
    }
    return (start == 0 ? [] : [Label(text: "\(start) of the record before", tone: .faint)])
      + labels.condensed() + rests.map { Label(text: $0.reason, tone: .bad) }
  }
}

extension DissectedRecord {
  /// Why it stays closed; nil if it does not.
  fileprivate var reason: String? {
    if case .unreadable(let reason) = content { reason } else { nil }
  }

  fileprivate func isClosedLike(_ other: DissectedRecord) -> Bool {
    record.contentType == other.record.contentType && content == other.content
  }
}

extension ProtocolMessage {
  /// What a note tells of; what an application wrote is application data.
  fileprivate init(_ note: FlightNote, _ direction: Direction) {
    switch note {
    case .message(let message): self = message
    case .write(let bytes):
      self.init(direction: direction, contentType: .applicationData, bytes: bytes)
    }
  }

  /// The alert, if it is one.
  var alert: Alert? {
    contentType == .alert && bytes.count == 2 ? Alert(rawValue: bytes[1]) : nil
  }
}

extension Timestamp {
  /// The time between; nil if there is no beginning, or more than hundreds of billions of years.
  fileprivate func elapsed(since start: Timestamp?) -> Duration? {
    guard let start else { return nil }
    let (seconds, isTooLong) = seconds.subtractingReportingOverflow(start.seconds)
    guard !isTooLong, seconds != .min, seconds != .max else { return nil }
    let nanoseconds = Int64(nanoseconds) - Int64(start.nanoseconds)
    return .seconds(seconds) + .nanoseconds(nanoseconds)
  }
}
