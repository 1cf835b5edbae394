/// A number that came out, by where it was found: `handshake`, `memtls`, `calls`.
struct Figure: Equatable {
  let workload: String
  let subject: String
  let measure: String
  let value: Double
}

/// How far a number may go, and why so far.
struct Bound: Equatable {
  let workload: String
  let subject: String
  let measure: String
  let limit: Limit

  enum Limit: Equatable {
    case atLeast(Double)
    case atMost(Double)
  }
}

/// A bound beside what was found; nothing, if nobody measured it.
struct Judgement: Equatable {
  let bound: Bound
  let value: Double?

  /// Whether it holds. What was not measured does not.
  var holds: Bool {
    guard let value else { return false }
    return switch bound.limit {
    case .atLeast(let least): value >= least
    case .atMost(let most): value <= most
    }
  }
}

extension Judgement {
  /// All bounds beside the figures they are for.
  static func all(of figures: [Figure], by bounds: [Bound]) -> [Judgement] {
    bounds.map { bound in
      let figure = figures.first {
        ($0.workload, $0.subject, $0.measure) == (bound.workload, bound.subject, bound.measure)
      }
      return Judgement(bound: bound, value: figure?.value)
    }
  }
}
