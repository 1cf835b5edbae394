/// Whether MemoryTLS and the C with its settings do the same work: else a ratio would say nothing.
enum Comparison {
  /// Compares what is on the wire, over some connections of each.
  ///
  /// - Returns: what both have in common.
  /// - Throws: what they have not.
  static func run(
    _ scenario: Scenario, for workload: String, _ bench: Bench
  ) throws -> Terms {
    let matched = try terms(of: .cMatched, scenario, bench.credentials)
    guard matched.isResumed == scenario.isResumed else {
      throw Failure("\(workload): c-matched \(scenario.isResumed ? "does not resume" : "resumes")")
    }
    for kind in bench.subjects where kind.matchesC {
      let terms = try terms(of: kind, scenario, bench.credentials)
      guard terms != matched else { continue }
      throw Failure(
        """
        \(workload): \(kind.rawValue) and c-matched do not do the same: \
        \(terms.differences(from: matched).joined(separator: ", "))
        """)
    }
    return matched
  }

  private static func terms(
    of kind: SubjectKind, _ scenario: Scenario, _ credentials: Credentials
  ) throws -> Terms {
    guard let subject = try kind.make(scenario, credentials) as? any Inspectable else {
      throw Failure("\(kind.rawValue) cannot be looked into")
    }
    var terms = try Terms(subject.inspect())
    for _ in 1..<connections { terms = terms.joined(with: try Terms(subject.inspect())) }
    return terms
  }

  /// So many that a random number is of full length in one of them.
  private static let connections = 32
}
