/// The ratios to plain C as a table for a page: a row for each workload, a column for each subject.
struct MarkdownTable {
  private let workloads: [String]
  private let subjects: [String]
  private let findings: [Finding]

  /// Of speeds alone, in the order they were found; plain C is what all are compared with.
  init(_ findings: [Finding]) {
    self.findings = findings.filter { $0.isSpeed }
    workloads = self.findings.map(\.workload).inOrder
    subjects = self.findings.map(\.subject).inOrder.filter { $0 != "c" }
  }

  /// A line each, without an end behind the last.
  var text: String {
    ([row("", subjects), row("---", subjects.map { _ in "---:" })]
      + workloads.map { workload in row(workload, subjects.map { cell(workload, $0) }) })
      .joined(separator: "\n")
  }

  private func row(_ head: String, _ cells: [String]) -> String {
    "| " + ([head] + cells).joined(separator: " | ") + " |"
  }

  private func cell(_ workload: String, _ subject: String) -> String {
    let found = findings.first { $0.workload == workload && $0.subject == subject }
    return found?.ratio.map { Number.decimal($0.median, 2) } ?? "–"
  }
}

extension [String] {
  /// Each once, where it comes first.
  fileprivate var inOrder: [String] {
    reduce(into: []) { known, name in if !known.contains(name) { known.append(name) } }
  }
}
