extension Workload {
  /// What operations take, in calls and instructions: the same every time, whatever else the machine
  /// does.
  static let counts = Workload(
    name: "counts", summary: "calls, allocations and instructions of one operation", unit: "calls"
  ) { bench in
    let callgrind = try Callgrind()
    let kinds = bench.subjects(among: [.c, .cMatched, .memtls, .zeroCopy])
    let all = CountedOperation.allCases
    var counts: [CountedOperation: [(kind: SubjectKind, counts: Counts)]] = [:]
    for (index, operation) in all.enumerated() {
      for (place, kind) in kinds.enumerated() {
        counts[operation, default: []].append((kind, try callgrind.counts(of: operation, by: kind)))
        bench.progress(Double(index * kinds.count + place + 1) / Double(all.count * kinds.count))
      }
    }
    return all.flatMap { rows(of: $0, counts[$0] ?? []) }
  }

  private static func rows(
    of operation: CountedOperation, _ counts: [(kind: SubjectKind, counts: Counts)]
  ) -> [Finding] {
    Counts.measures.flatMap { measure in
      Finding.rows(
        "counts-\(operation.rawValue)-\(measure.name)", in: measure.unit,
        counts.map { ($0.kind, measure.value($0.counts)) })
    }
  }
}
