import MemoryTLS

/// Findings in columns.
enum Table {
  /// A workload's, with what its connections agree on.
  static func text(
    of findings: [Finding], _ workload: String, _ summary: String, _ terms: Terms?
  ) -> String {
    var lines = ["\(workload): \(summary)"]
    if let terms { lines.append("  \(terms.summary)") }
    var part: String?
    for finding in findings {
      if finding.workload != part {
        if finding.workload != workload { lines.append("  \(finding.workload)") }
        lines.append(row("", finding.unit, "to c", "quartiles", "to c-matched"))
      }
      part = finding.workload
      lines.append(row(of: finding))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(of finding: Finding) -> String {
    if let absence = finding.absence {
      return "  " + finding.subject.padded(to: 18) + "–".padded(to: 15, .end) + "  \(absence)"
    }
    return row(
      finding.subject, Number.rate(finding.rate),
      finding.ratio.map { Number.ratio($0.median) } ?? "",
      finding.ratio.map { $0.quartiles } ?? "", finding.matched.map(Number.ratio) ?? "")
  }

  /// For each subject, between which workloads its ratios of speed lie.
  static func summary(of findings: [Finding]) -> String {
    var subjects: [String] = []
    for finding in findings where !subjects.contains(finding.subject) {
      subjects.append(finding.subject)
    }
    return subjects.compactMap { subject in
      let own = findings.filter {
        $0.subject == subject && $0.ratio != nil && $0.isSpeed
      }
      let toC = range(of: own.map { ($0.workload, $0.ratio?.median ?? 0) })
      let toMatched = range(of: own.compactMap { own in own.matched.map { (own.workload, $0) } })
      guard let toC else { return nil }
      let rest = toMatched.map { "; to c-matched \($0)" } ?? ""
      return "\(subject): to c \(toC)\(rest)"
    }.joined(separator: "\n")
  }

  private static func range(of ratios: [(String, Double)]) -> String? {
    guard let lowest = ratios.min(by: { $0.1 < $1.1 }),
      let highest = ratios.max(by: { $0.1 < $1.1 })
    else { return nil }
    guard lowest.0 != highest.0 else { return Number.ratio(lowest.1) }
    return "\(Number.ratio(lowest.1)) (\(lowest.0)) to \(Number.ratio(highest.1)) (\(highest.0))"
  }

  private static func row(
    _ subject: String, _ rate: String, _ ratio: String, _ quartiles: String, _ matched: String
  ) -> String {
    let cells = rate.padded(to: 15, .end) + ratio.padded(to: 8, .end)
    let rest = quartiles.padded(to: 15, .end) + matched.padded(to: 14, .end)
    return ("  " + subject.padded(to: 18) + cells + rest).trimmed
  }
}

extension Terms {
  /// In a line.
  fileprivate var summary: String {
    let names = [
      "\(CipherSuite(rawValue: suite))", "\(NamedGroup(rawValue: group))",
      scheme == 0 ? "resumed" : "\(SignatureScheme(rawValue: scheme))",
    ]
    let size = traffic.toServer + traffic.toClient
    return names.joined(separator: ", ")
      + ", \(tickets) \(tickets == 1 ? "ticket" : "tickets"), \(size) bytes and signatures"
  }
}

extension Distribution {
  /// Both, with what lies between them.
  fileprivate var quartiles: String {
    "\(Number.ratio(lowerQuartile))…\(Number.ratio(upperQuartile))"
  }
}

extension String {
  /// Where a text stands in its column.
  enum Alignment {
    case start
    case end
  }

  func padded(to width: Int, _ alignment: Alignment = .start) -> String {
    let spaces = String(repeating: " ", count: max(0, width - count))
    return alignment == .start ? self + spaces : spaces + self
  }

  fileprivate var trimmed: String {
    guard let last = lastIndex(where: { $0 != " " }) else { return "" }
    return String(self[...last])
  }
}
