public import MemoryTLS

/// Plays the peer of a recorded connection to an engine.
///
///     let replayer = FlightReplayer(log, as: .client)
///     let replay = try replayer.replay { observer in
///       try TLSEngine(context, as: .client(.name("localhost")), observing: observer)
///     }
///     // replay.divergences is empty if the engine said what was recorded
///
/// Theory of operation. The peer's flights are pushed as they were recorded. Where the recording has a
/// flight of the engine's role, the engine does what its notes tell of it: it writes the same
/// plaintext, and closes, changes its keys or issues tickets at the same places; all else it does by
/// itself. An engine with the recorded seed, clock, configuration and identity says the same bytes
/// then, and so the whole connection runs again without its peer; as far as the handshake, if what was
/// written is not in the recording.
///
/// Once the engine has said something else, what the peer answered is not for it: the replay ends
/// there, but that a client without a seed still hears its server's first answer. Nothing waits: an
/// engine that wants more than was recorded is where the replay ends, too. What the engine once said
/// while a flight was on its way to it is taken for an answer to that, which makes a difference for
/// KeyUpdates that cross and for nothing else.
public struct FlightReplayer: Sendable {
  /// What was recorded.
  public let log: FlightLog
  /// Which end the engine is.
  public let role: Role

  /// Which end of a recorded connection an engine plays.
  public enum Role: Sendable, Hashable, CaseIterable {
    /// Who speaks first.
    case client
    /// Who answers.
    case server

    /// The direction of what this end sends.
    public var sending: Direction { self == .client ? .clientToServer : .serverToClient }
  }

  /// Something to replay.
  ///
  /// - Parameters:
  ///   - log: What was recorded.
  ///   - role: Which end the engine is; the other end's flights are played to it.
  public init(_ log: FlightLog, as role: Role) {
    (self.log, self.role) = (log, role)
  }

  /// How closely the engine's flights can be compared.
  public var comparison: Comparison { log.comparison(of: role == .client ? .client : .server) }

  /// Drives an engine through the recording.
  ///
  /// - Parameters:
  ///   - comparison: How closely to compare; nil for ``comparison``.
  ///   - decider: Answers what the engine's handshake waits for, if it does.
  ///   - makeEngine: Makes an engine that has not begun, of the replayer's role, with the observer.
  /// - Returns: what happened; an engine's failure is part of that.
  /// - Throws: what the making of the engine throws.
  public func replay<E: Error>(
    comparing comparison: Comparison? = nil,
    deciding decider: ((Decision, TLSEngine) throws(TLSError) -> Void)? = nil,
    _ makeEngine: (@escaping MessageObserver) throws(E) -> TLSEngine
  ) throws(E) -> Replay {
    let messages = ReplayedMessages()
    let engine = try makeEngine(messages.observer)
    let player = ReplayedEngine(engine, messages, decider)
    var course = Course(self, comparison ?? self.comparison)
    course.run(player)
    return Replay(course, player, of: log)
  }
}

/// How far a replay has come.
struct Course {
  private let replayer: FlightReplayer
  let comparison: Comparison
  /// As many flights as were played of the recording, and one more if the engine spoke at its end.
  private(set) var log: FlightLog
  private(set) var ending = Replay.Ending.finished
  private var isSame = true

  init(_ replayer: FlightReplayer, _ comparison: Comparison) {
    (self.replayer, self.comparison) = (replayer, comparison)
    log = FlightLog(metadata: replayer.log.metadata)
  }

  mutating func run(_ player: ReplayedEngine) {
    for (index, flight) in replayer.log.flights.enumerated() {
      if flight.direction == replayer.role.sending {
        player.perform(flight.notes)
        keep(player.takeFlight(flight.direction))
        isSame = isSame && log.flights.last?.bytes == flight.bytes
      } else {
        guard isSame else { return ending = .departed(before: index + 1) }
        player.hear(flight.bytes)
        log.append(flight.bytes, flight.direction, notes: flight.notes, at: flight.time)
      }
      if player.error != nil, ending == .finished { ending = .failed(inFlight: index + 1) }
      guard ending == .finished else { break }
    }
    sayLastWords(player)
  }

  /// What the engine said behind all that was played; an alert, mostly.
  private mutating func sayLastWords(_ player: ReplayedEngine) {
    if log.flights.isEmpty { player.perform([]) }
    let words = player.takeFlight(replayer.role.sending)
    if !words.bytes.isEmpty { keep(words) }
    if ending == .finished, player.engine.phase == .handshake { ending = .waiting }
  }

  private mutating func keep(_ flight: Flight) {
    log.append(flight.bytes, flight.direction, notes: flight.notes)
  }
}
