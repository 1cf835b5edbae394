import Foundation

/// A quick look at whether something has become far slower or far more work than it was.
struct Check {
  private let bench: Bench
  private let progress: ProgressLine

  /// Prints all bounds beside what was found.
  ///
  /// - Throws: ``Failure`` if there is something outside of them.
  static func run() throws {
    let progress = ProgressLine()
    let check = Check(try Credentials(), progress)
    let figures = try check.counts() + check.ratios()
    progress.clear()
    let report = CheckReport(Judgement.all(of: figures, by: Bound.all))
    print(report.table)
    if let failure = report.failure { throw Failure(failure) }
  }

  private init(_ credentials: Credentials, _ progress: ProgressLine) {
    self.progress = progress
    bench = Bench(
      credentials: credentials, subjects: [.cMatched] + Self.subjects, seconds: Self.seconds,
      progress: progress.show)
  }

  /// That something cannot be counted is no good sign, so that it fails too.
  private func counts() throws -> [Figure] {
    let callgrind = try Callgrind()
    return try CountedOperation.allCases.flatMap { operation in
      try Self.subjects.flatMap { kind in
        progress.begin("counted, \(operation.rawValue), \(kind.rawValue)")
        let counts = try callgrind.counts(of: operation, by: kind)
        return Counts.measures.map {
          Figure(
            workload: operation.rawValue, subject: kind.rawValue, measure: $0.name,
            value: $0.value(counts))
        }
      }
    }
  }

  private func ratios() throws -> [Figure] {
    let names = Set(Bound.all.filter { $0.measure == Bound.ratio }.map(\.workload))
    return try Workload.all.filter { names.contains($0.name) }.flatMap { workload in
      progress.begin(workload.name)
      return try workload.run(bench).compactMap { finding in
        finding.matched.map {
          Figure(
            workload: workload.name, subject: finding.subject, measure: Bound.ratio, value: $0)
        }
      }
    }
  }

  private static let subjects: [SubjectKind] = [.memtls, .zeroCopy]
  /// For each workload that is timed.
  private static let seconds = 4.0
}
