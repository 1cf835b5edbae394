public import MemoryTLS

extension Sweep {
  /// What came of a sweep; its description is a table.
  public struct Report: Sendable {
    /// How many cases there are, tried or not.
    public private(set) var possible: Int
    /// How many were to be tried.
    public private(set) var planned: Int
    /// How many were.
    public private(set) var cases = 0
    /// The scenarios' names in their order.
    public let scenarios: [String]
    /// What chose the cases.
    public let seed: UInt64
    /// How often it came to what.
    public private(set) var counts: [Entry: Int] = [:]
    /// Every case that broke a rule; of one that broke several, each.
    public private(set) var violations: [Violation] = []
    private let makers: [Scenario]

    /// What counts together.
    public struct Entry: Sendable, Hashable {
      /// Which scenario, by its place in ``Report/scenarios``.
      public let scenario: Int
      /// Whose bytes were struck.
      public let direction: Direction
      /// The kind of fault, such as `flip` or `drop record`.
      public let kind: String
      /// What came of it.
      public let outcome: Outcome
    }

    init(_ sweep: Sweep, plans: [Plan]) {
      possible = plans.reduce(0) { $0 + $1.faults.count }
      planned = plans.reduce(0) { $0 + $1.cases.count }
      seed = sweep.seed
      makers = sweep.scenarios
      scenarios = makers.map(\.name)
    }

    mutating func add(_ result: Result<Case, Unmade>, scenario: Int) {
      cases += 1
      switch result {
      case .success(let done):
        let entry = Entry(
          scenario: scenario, direction: done.fault.direction, kind: done.fault.kind.name,
          outcome: done.outcome)
        counts[entry, default: 0] += 1
        for breach in done.breaches { add(breach, done.fault, scenario) }
      case .failure(let unmade):
        let breach = Breach(rule: .rest, side: nil, finding: "no pair: \(unmade.reason)")
        add(breach, unmade.fault, scenario)
      }
    }

    private mutating func add(_ breach: Breach, _ fault: Fault, _ scenario: Int) {
      let maker = makers[scenario]
      violations.append(
        Violation(
          breach: breach, fault: fault, scenario: maker.name, seed: maker.seed,
          reproduction: maker.reproduction(of: fault)))
    }
  }

  /// A rule that a case broke, and how to see it again.
  public struct Violation: Sendable, CustomStringConvertible {
    /// The rule and what was seen.
    public let breach: Breach
    /// The fault.
    public let fault: Fault
    /// The scenario's name.
    public let scenario: String
    /// The scenario's seed.
    public let seed: UInt64
    /// One line that repeats the case.
    public let reproduction: String

    /// Two lines.
    public var description: String { "\(breach)\n  \(reproduction)" }
  }
}

extension Sweep.Report: CustomStringConvertible {
  /// A table: each scenario with its kinds of fault and what came of them, then what broke a rule.
  public var description: String {
    let tables = scenarios.indices.map { table(of: $0).joined(separator: "\n") }
    let share = cases == possible ? "all" : "\(cases) of \(possible)"
    let broken = violations.isEmpty ? "no rule was broken" : "\(violations.count) rules were broken"
    return (tables + ["\(share) cases: \(broken)"] + violations.map(\.description))
      .joined(separator: "\n\n")
  }

  private func table(of scenario: Int) -> [String] {
    let ofScenario = counts.filter { $0.key.scenario == scenario }
    let rows = Fault.Kind.names.map { name in (name, ofScenario.filter { $0.key.kind == name }) }
    let heads = ["cases"] + Sweep.Outcome.allCases.map(\.rawValue)
    let all = rows.filter { !$0.1.isEmpty } + [("together", ofScenario)]
    return [line(scenarios[scenario], heads)] + all.map { line($0.0, numbers($0.1)) }
  }

  private func numbers(_ counts: [Entry: Int]) -> [String] {
    let each = Sweep.Outcome.allCases.map { outcome in
      counts.reduce(0) { $0 + ($1.key.outcome == outcome ? $1.value : 0) }
    }
    return ([each.reduce(0, +)] + each).map { "\($0)" }
  }

  private func line(_ name: String, _ columns: [String]) -> String {
    columns.reduce(name.padded(to: 20)) { $0 + $1.padded(to: -11) }
  }
}

extension String {
  /// With spaces behind it, or in front of it for a negative width.
  fileprivate func padded(to width: Int) -> String {
    let spaces = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? spaces + self : self + spaces
  }
}

extension Fault.Kind {
  /// What a report calls it: the verb, and what it takes.
  var name: String {
    switch self {
    case .cut: "cut"
    case .end: "end"
    case .flip: "flip"
    case .insert: "insert"
    case .drop(let part): "drop \(part.noun)"
    case .duplicate(let part): "duplicate \(part.noun)"
    case .swap(let part): "swap \(part.noun)"
    case .delay(let part, _): "delay \(part.noun)"
    case .reflect(let part): "reflect \(part.noun)"
    }
  }

  /// All names, in the order of a report.
  static let names =
    ["cut", "end", "flip", "insert"]
    + ["drop", "duplicate", "swap", "delay", "reflect"].flatMap { ["\($0) record", "\($0) chunk"] }
}

extension Fault.Part {
  fileprivate var noun: String {
    if case .record = self { "record" } else { "chunk" }
  }
}
