public import MemoryTLS

/// What a replay came to.
public struct Replay: Sendable {
  /// What happened: the peer's flights as they were played, and the engine's as they are now. A flight
  /// without bytes stands where the engine had nothing to say and the recording has something.
  public let log: FlightLog
  /// How closely the engine's flights were compared, and why.
  public let comparison: Comparison
  /// What the engine said that is not as it was recorded; empty if all of it is.
  public let divergences: [Divergence]
  /// How many of the recorded records of the engine's end could only be counted, because nobody has
  /// their secrets; 0 where bytes were compared.
  public let sealedRecords: Int
  /// Where the replay ended.
  public let ending: Ending
  /// What the engine threw, if it failed.
  public let error: TLSError?
  /// The engine's state at the end, in a line.
  public let state: String
  /// The plaintext that the engine read.
  public let received: [UInt8]

  /// Where a replay ends; flights count from 1.
  public enum Ending: Sendable, Hashable {
    /// All flights were played.
    case finished
    /// All flights were played, and the handshake is not done.
    case waiting
    /// The engine failed over the peer's flight, or in one of its own.
    case failed(inFlight: Int)
    /// The engine had said something else than was recorded, so that this flight of the peer is no
    /// answer to it. A client that was not compared byte for byte has heard it all the same, and an
    /// error is what it made of that.
    case departed(before: Int)
  }

  init(_ course: Course, _ player: ReplayedEngine, of recorded: FlightLog) {
    log = course.log
    comparison = course.comparison
    ending = course.ending
    error = player.error
    state = "\(player.engine)"
    received = player.received
    let played = recorded.prefix(
      max(course.log.flights.count, course.ending.reach(in: recorded)))
    guard course.comparison != .bytes else {
      sealedRecords = 0
      divergences = played.divergences(of: course.log, comparing: .bytes)
      return
    }
    let reading = FlightReading(played)
    sealedRecords = reading.sealedRecords(player.engine.role.sending)
    divergences = reading.divergences(
      of: FlightReading(course.log), comparing: course.comparison)
  }
}

extension Replay.Ending: CustomStringConvertible {
  /// One clause.
  public var description: String {
    switch self {
    case .finished: "all flights were played"
    case .waiting: "all flights were played, and the handshake is not done"
    case .failed(let flight): "the engine failed in flight \(flight)"
    case .departed(let flight):
      "ended before flight \(flight), which answers what was recorded and not what is said now"
    }
  }

  /// How many flights of a recording the engine should have got to.
  fileprivate func reach(in log: FlightLog) -> Int {
    switch self {
    case .finished, .waiting: log.flights.count
    // The flight behind it is the engine's, which may have had nothing to say.
    case .failed(let flight): min(flight + 1, log.flights.count)
    case .departed(let flight): flight - 1
    }
  }
}

extension FlightLog {
  /// The first flights of the log.
  func prefix(_ count: Int) -> FlightLog {
    guard count < flights.count else { return self }
    var log = FlightLog(metadata: metadata)
    for flight in flights.prefix(count) {
      log.append(flight.bytes, flight.direction, notes: flight.notes, at: flight.time)
    }
    return log
  }
}
