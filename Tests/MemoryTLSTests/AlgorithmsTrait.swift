import MemoryTLS
import Testing

/// Runs every test of a suite twice: with all algorithms, and with those that are needed.
struct AlgorithmsTrait: SuiteTrait, TestTrait, TestScoping {
  /// What the running test's ``Settings`` ask for.
  @TaskLocal static var current = Algorithms.all

  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
  ) async throws {
    for algorithms in Algorithms.allCases {
      try await Self.$current.withValue(algorithms) {
        try await Self.naming.provideScope(for: test, testCase: testCase, performing: body)
      }
    }
  }

  /// Says in what fails which of the two it was.
  private static let naming = IssueHandlingTrait.compactMapIssues { issue in
    var issue = issue
    issue.comments.append("algorithms: \(current)")
    return issue
  }
}

extension Trait where Self == AlgorithmsTrait {
  static var withAllAndNeededAlgorithms: Self { AlgorithmsTrait() }
}

extension TLSConfiguration {
  /// The defaults, with the algorithms that the running test asks for.
  static var ofTest: TLSConfiguration {
    var configuration = TLSConfiguration()
    configuration.algorithms = AlgorithmsTrait.current
    return configuration
  }
}
