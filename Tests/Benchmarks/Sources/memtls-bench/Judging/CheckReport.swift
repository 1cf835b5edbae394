/// What a check found, in lines.
struct CheckReport {
  private let judgements: [Judgement]

  init(_ judgements: [Judgement]) { self.judgements = judgements }

  /// All bounds with what was found beside each.
  var table: String { judgements.map(Self.line).joined(separator: "\n") }

  /// Nil if everything is within its bounds.
  var failure: String? {
    let broken = judgements.filter { !$0.holds }
    guard let first = broken.first else { return nil }
    let sentence = "\(first.bound.name): \(first.found) is not \(first.bound.limit)"
    guard broken.count > 1 else { return sentence }
    return "\(sentence); \(broken.count) of \(judgements.count) bounds do not hold"
  }

  private static func line(of judgement: Judgement) -> String {
    let (name, found) = (judgement.bound.name, judgement.found)
    let gap = String(repeating: " ", count: max(1, 56 - name.count - found.count))
    return "\(judgement.holds ? "ok  " : "FAIL") \(name)\(gap)\(found)  \(judgement.bound.limit)"
  }
}

extension Bound {
  fileprivate var name: String { "\(workload) \(subject) \(measure)" }
}

extension Judgement {
  fileprivate var found: String { value.map(digits(of:)) ?? "not measured" }
}

extension Bound.Limit: CustomStringConvertible {
  /// In words.
  var description: String {
    switch self {
    case .atLeast(let least): "at least \(digits(of: least))"
    case .atMost(let most): "at most \(digits(of: most))"
    }
  }
}

/// Whole, or with two digits behind the point.
private func digits(of value: Double) -> String {
  Number.decimal(value, value == value.rounded() ? 0 : 2)
}
