public import MemoryTLS
import Synchronization

extension Sweep {
  /// What two engines do with each other: the same thing every time, but for a fault.
  public struct Scenario: Sendable {
    /// What it is called in a report.
    public let name: String
    /// What the pair's secrets are made from, for who repeats a case.
    public let seed: UInt64
    /// What happens, one after the other; before each, and at the end, the pair is at rest. Both ends
    /// must close at last.
    public var acts = Act.conversation
    /// How to repeat a case by oneself, in one line.
    public var reproduction: (@Sendable (Fault) -> String)?
    /// Lends a pair that has not begun; called in several threads at once.
    let withPair: @Sendable ((EnginePair) throws -> Observation) throws -> Observation

    /// A scenario with two engines of the same settings each time, and the settings' seed.
    ///
    /// A few contexts serve all cases, and draw the same bytes for each. (RSA keys do not: every 32nd
    /// signature draws more. For those give a closure that makes a pair.)
    ///
    /// - Parameters:
    ///   - name: What it is called in a report.
    ///   - settings: What the engines are made of. With a session store one case would depend on those
    ///     before it, and without a seed none could be repeated.
    public init(_ name: String, _ settings: PairSettings) {
      let idle = Mutex<[Contexts]>([])
      (self.name, seed) = (name, settings.seed ?? 0)
      withPair = { play in
        let contexts = try idle.withLock { $0.popLast() } ?? Contexts(settings)
        defer { idle.withLock { $0.append(contexts) } }
        contexts.rewind()
        return try play(contexts.pair(settings))
      }
    }

    /// A scenario with two new engines each time.
    ///
    /// - Parameters:
    ///   - name: What it is called in a report.
    ///   - seed: What the pair is made from; with ``EnginePair``'s own seeds, a case has the same bytes
    ///     every time.
    ///   - makePair: Makes a pair that has not begun; called in several threads at once.
    public init(
      _ name: String, seed: UInt64, makePair: @escaping @Sendable () throws -> EnginePair
    ) {
      (self.name, self.seed) = (name, seed)
      withPair = { play in try play(makePair()) }
    }

    /// The same scenario under one fault.
    ///
    /// - Throws: what the making of the pair throws, and ``Incomplete`` if the scenario does not come
    ///   to its end without any fault.
    public func examine(_ fault: Fault) throws -> Case { try Trial(self).examine(fault) }

    func reproduction(of fault: Fault) -> String {
      reproduction?(fault) ?? "\(name), seed \(seed), \(fault)"
    }
  }

  /// What one end of a scenario does.
  public enum Act: Sendable, Hashable {
    /// Writes plaintext.
    case send(Direction, [UInt8])
    /// Closes.
    case close(Direction)
    /// Changes the keys of both directions (TLS 1.3).
    case updateKeys(Direction)

    /// The client says two things, the server answers with two, and both close.
    public static let conversation: [Act] =
      ["ping", "and more"].map { .send(.clientToServer, Array($0.utf8)) }
      + ["pong", "that is all"].map { .send(.serverToClient, Array($0.utf8)) }
      + [.close(.clientToServer), .close(.serverToClient)]

    func perform(in pair: EnginePair) {
      switch self {
      case .send(let direction, let plaintext): pair.sender(direction).send(plaintext)
      case .close(let direction): pair.sender(direction).close()
      case .updateKeys(let direction):
        let engine = pair.sender(direction).engine
        // What it throws is thrown by the next call too.
        if engine.phase == .open { _ = try? engine.updateKeys(.both) }
      }
    }
  }

  /// A scenario that fails, or does not end, without any fault.
  public struct Incomplete: Error, Sendable, CustomStringConvertible {
    /// One clause.
    public let description: String
  }
}

/// A scenario, and what it comes to without any fault.
struct Trial: Sendable {
  let scenario: Sweep.Scenario
  let reference: Observation
  /// More turns than any case needs that goes on at all.
  private let limit: Int

  init(_ scenario: Sweep.Scenario) throws {
    let reference = try Observation(of: scenario, under: nil, limit: Self.turns)
    guard reference.isComplete else {
      throw Sweep.Incomplete(
        description: "without any fault, \(scenario.name) does not come to its end: "
          + reference.reasons)
    }
    (self.scenario, self.reference) = (scenario, reference)
    limit = 4 * reference.turns + 64
  }

  func examine(_ fault: Fault) throws -> Sweep.Case {
    let limit = limit + fault.delay
    let observation = try Observation(of: scenario, under: fault, limit: limit)
    let judge = Judge(fault: fault, seen: observation, reference: reference)
    return Sweep.Case(
      fault: fault, outcome: observation.outcome, breaches: judge.breaches(),
      hasStalled: observation.wasHungUp, hasStruck: observation.wasStruck, log: observation.log,
      client: observation.client.error,
      server: observation.server.error)
  }

  private static let turns = 100_000
}

extension Observation {
  /// Why it is not complete, in a line.
  fileprivate var reasons: String {
    let errors = [("client", client.error), ("server", server.error)].compactMap { side, error in
      error.map { "the \(side) failed: \($0)" }
    }
    return errors.isEmpty ? "not both ends close" : errors.joined(separator: "; ")
  }
}

extension EnginePair {
  func sender(_ direction: Direction) -> Endpoint { direction == .clientToServer ? client : server }
}

extension Fault {
  /// How many turns it takes by itself.
  var delay: Int {
    if case .delay(_, let turns) = kind { min(max(1, turns), Self.mostTurns) } else { 0 }
  }
}
