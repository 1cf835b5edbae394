/// Something to measure: a name, what a rate is in, and a way to run.
struct Workload: Sendable {
  let name: String
  /// What it is, in a line.
  let summary: String
  let unit: String
  /// What connections it makes, all of which have to be alike on the wire; nil where it makes none.
  var scenario: Scenario?
  /// Measures the subjects of a bench that can do it.
  let run: @Sendable (Bench) throws -> [Finding]
}

/// What a workload is run with.
struct Bench {
  let credentials: Credentials
  /// Who is measured beside plain C.
  let subjects: [SubjectKind]
  /// How long a workload may take.
  let seconds: Double
  /// Is told, now and then, how much of a workload is done: 0 to 1.
  let progress: (_ done: Double) -> Void
}

extension Workload {
  /// One whose operations are timed in slices; each is worth so much of the unit.
  static func timed(
    _ name: String, _ summary: String, _ unit: String, worth: Double = 1, _ scenario: Scenario,
    _ operate: @escaping @Sendable (_ subject: any Subject, _ count: Int) throws -> Void
  ) -> Workload {
    Workload(name: name, summary: summary, unit: unit, scenario: scenario) { bench in
      func slice(_ kind: SubjectKind) throws -> Slices.Slice {
        let subject = try kind.make(scenario, bench.credentials)
        return { try operate(subject, $0) }
      }
      return try bench.measure(slice).map { $0.finding(of: name, in: unit, worth: worth) }
    }
  }

  /// One that makes the contexts of both ends, and nothing with them; something may come before each.
  static func making(
    _ name: String, _ summary: String, _ scenario: Scenario,
    after begin: @escaping @Sendable () -> Void = {}
  ) -> Workload {
    let unit = "context pairs/s"
    return Workload(name: name, summary: summary, unit: unit) { bench in
      func slice(_ kind: SubjectKind) throws -> Slices.Slice {
        _ = try kind.make(scenario, bench.credentials)
        return { count in
          for _ in 0..<count {
            begin()
            _ = try kind.make(scenario, bench.credentials)
          }
        }
      }
      return try bench.measure(slice).map { $0.finding(of: name, in: unit) }
    }
  }
}

extension Bench {
  /// Runs rounds for as long as they may take, and five at least, with the subjects that can.
  func measure(_ slice: (SubjectKind) throws -> Slices.Slice) throws -> [Outcome] {
    var able: [SubjectKind] = []
    var slices: [Slices.Slice] = []
    var unable: [Outcome] = []
    for kind in subjects {
      do { slices.append(try slice(kind)) } catch let reason as Unsupported {
        unable.append(Outcome(subject: kind.rawValue, absence: reason.description))
        continue
      }
      able.append(kind)
    }
    let rounds = try run(Slices(slice(.c), slices, clock: Stopwatch.read))
    let matched = able.firstIndex(of: .cMatched).map { rounds.ratios[$0] }
    return able.indices.map { index in
      Outcome(
        subject: able[index].rawValue, rates: rounds.rates[index], ratios: rounds.ratios[index],
        matched: matched)
    } + unable
  }

  private func run(_ slices: Slices) throws -> Slices {
    var slices = slices
    let start = ContinuousClock.now
    var passed = 0.0
    while slices.rounds < Self.fewestRounds || passed < seconds {
      try slices.runRound()
      passed = start.duration(to: .now) / .seconds(1)
      progress(min(1, passed / max(seconds, 0.001)))
    }
    return slices
  }

  private static let fewestRounds = 5
}

/// What the rounds gave for one subject.
struct Outcome {
  let subject: String
  var rates: [Double] = []
  var ratios: [Double] = []
  /// The ratios of `c-matched` in the same rounds.
  var matched: [Double]?
  /// Why there were none.
  var absence: String?

  func finding(of workload: String, in unit: String, worth: Double = 1) -> Finding {
    let toMatched = matched.map { zip(ratios, $0).map { $0 / $1 } }
    return Finding(
      workload: workload, subject: subject,
      rate: (Distribution(rates)?.median ?? 0) * worth, unit: unit,
      ratio: Distribution(ratios), matched: toMatched.flatMap { Distribution($0)?.median },
      absence: absence)
  }
}
