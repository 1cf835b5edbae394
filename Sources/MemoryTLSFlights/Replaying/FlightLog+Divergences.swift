import MemoryTLS

extension FlightLog {
  /// What is not as it is recorded here, in the order of the flights.
  ///
  /// Compared byte for byte, the first divergence of the first flight that differs has the offset of
  /// the first byte that does. Behind that flight nothing can be equal, since keys depend on all that
  /// was said: there the structure alone is compared.
  ///
  /// - Parameters:
  ///   - now: The same connection, as it is now.
  ///   - comparison: How closely to look.
  /// - Returns: the first 32 at most.
  public func divergences(of now: FlightLog, comparing comparison: Comparison) -> [Divergence] {
    guard comparison != .bytes || bytes != now.bytes else { return [] }
    return FlightReading(self).divergences(of: FlightReading(now), comparing: comparison)
  }

  private var bytes: [[UInt8]] { flights.map(\.bytes) }
}

extension FlightReading {
  /// The same for logs that have been read.
  func divergences(of now: FlightReading, comparing comparison: Comparison) -> [Divergence] {
    var divergences: [Divergence] = []
    var comparesBytes = comparison == .bytes
    for index in 0..<max(flightCount, now.flightCount) {
      let couple = FlightCouple(index, self, now)
      let found = comparesBytes ? couple.divergencesOfBytes : couple.divergencesOfStructure
      divergences += found
      if !found.isEmpty { comparesBytes = false }
      guard divergences.count < Self.divergenceLimit else { break }
    }
    return Array(divergences.prefix(Self.divergenceLimit))
  }

  /// More than anyone reads.
  private static let divergenceLimit = 32
}

/// A flight of two logs.
struct FlightCouple {
  let number: Int
  let recorded: ReadFlight
  let now: ReadFlight
  private let direction: Direction
  private let isMissing: Bool
  private let isNew: Bool

  init(_ index: Int, _ recorded: FlightReading, _ now: FlightReading) {
    number = index + 1
    let (old, new) = (recorded.flight(index), now.flight(index))
    direction = old?.direction ?? new?.direction ?? .clientToServer
    // The end of a log, or, in a replay, an engine that had nothing to say.
    (isMissing, isNew) = (new?.bytes.isEmpty ?? true, old?.bytes.isEmpty ?? true)
    let isWrongWay = old != nil && new != nil && old?.direction != new?.direction
    self.recorded = recorded.read(index)
    self.now = isWrongWay ? ReadFlight() : now.read(index)
  }

  /// Where bytes are to be equal.
  var divergencesOfBytes: [Divergence] {
    guard let offset = recorded.bytes.firstDifference(from: now.bytes) else { return [] }
    let sentences = structure.isEmpty ? [byteDifference(at: offset)] : structure
    return sentences.enumerated().map { index, difference in
      divergence(difference, offset: index == 0 ? offset : nil)
    }
  }

  /// Where the messages are to be the same.
  var divergencesOfStructure: [Divergence] {
    recorded.bytes == now.bytes ? [] : structure.map { divergence($0, offset: nil) }
  }

  private func divergence(_ difference: Difference, offset: Int?) -> Divergence {
    let excerpt = HexExcerpt.lines(difference.recorded, difference.now, base: difference.base)
    return Divergence(
      flight: number, direction: direction, offset: offset,
      sentence: "flight \(number)\(difference.sentence)",
      excerpt: excerpt)
  }

  private var structure: [Difference] {
    if isMissing, isNew { return [] }
    if isMissing { return [Difference(": nothing instead of \(recorded.summary)", recorded.bytes)] }
    if isNew { return [Difference(" is new: \(now.summary)", [], now.bytes)] }
    return MessageDifferences(recorded, now).all
  }

  private func byteDifference(at offset: Int) -> Difference {
    BytePlace(recorded, now, offset).difference
  }
}

/// A difference in words, with the bytes that differ.
struct Difference: Equatable {
  /// What follows "flight 1".
  let sentence: String
  let recorded: [UInt8]
  let now: [UInt8]
  /// Where the bytes begin in the flight or message.
  let base: Int

  init(_ sentence: String, _ recorded: [UInt8] = [], _ now: [UInt8] = [], base: Int = 0) {
    (self.sentence, self.recorded, self.now, self.base) = (sentence, recorded, now, base)
  }
}
