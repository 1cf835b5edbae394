/// One run of the command: workload after workload, each reported as soon as it is done.
struct Session {
  private let selection: Selection
  private let bench: Bench
  private let form: Form
  private let progress = ProgressLine()
  private(set) var findings: [Finding] = []

  enum Form {
    case tables
    case json
  }

  init(_ selection: Selection, seconds: Double, _ form: Form) throws {
    self.selection = selection
    self.form = form
    let progress = progress
    bench = Bench(
      credentials: try Credentials(), subjects: selection.subjects, seconds: seconds,
      progress: progress.show)
  }

  /// - Throws: what went wrong, also where subjects that ought to do the same do not.
  mutating func run() throws {
    defer { progress.clear() }
    let terms = try compare()
    if form == .tables { print(Versions.current.heading) }
    for (workload, terms) in zip(selection.workloads, terms) {
      progress.begin(workload.name)
      let found = try workload.run(bench)
      findings += found
      progress.clear()
      try report(found, of: workload, terms)
    }
    if form == .tables { print(Table.summary(of: findings)) }
  }

  /// Before anything is measured: what each workload's connections are like.
  private func compare() throws -> [Terms?] {
    var known: [Scenario: Terms] = [:]
    return try selection.workloads.map { workload in
      guard let scenario = workload.scenario else { return nil }
      progress.begin("on the wire, \(workload.name)")
      let terms = try known[scenario] ?? Comparison.run(scenario, for: workload.name, bench)
      known[scenario] = terms
      return terms
    }
  }

  private func report(_ found: [Finding], of workload: Workload, _ terms: Terms?) throws {
    switch form {
    case .tables:
      print(Table.text(of: found, workload.name, workload.summary, terms))
    case .json: for finding in found where finding.absence == nil { print(try finding.json()) }
    }
  }
}
