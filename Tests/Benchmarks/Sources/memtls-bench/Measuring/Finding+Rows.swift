extension Finding {
  /// A number of each subject, with its ratios to those of plain C and of `c-matched`, which are among
  /// the references if there are any; absence says why some have no number.
  static func rows(
    _ workload: String, in unit: String, _ values: [SubjectValue],
    to references: [SubjectValue]? = nil, absence: String? = nil
  ) -> [Finding] {
    func reference(_ kind: SubjectKind) -> Double? {
      let value = (references ?? values).first { $0.kind == kind }?.value
      return value == 0 ? nil : value
    }
    return values.map { kind, value in
      guard let value else {
        return Finding(
          workload: workload, subject: kind.rawValue, rate: 0, unit: unit, absence: absence)
      }
      return Finding(
        workload: workload, subject: kind.rawValue, rate: value, unit: unit,
        ratio: reference(.c).flatMap { Distribution([value / $0]) },
        matched: reference(.cMatched).map { value / $0 })
    }
  }
}

/// What a subject has; nil where it has no such thing.
typealias SubjectValue = (kind: SubjectKind, value: Double?)

extension Bench {
  /// Those of its subjects that are among these, plain C always.
  func subjects(among kinds: [SubjectKind]) -> [SubjectKind] {
    kinds.filter { $0 == .c || subjects.contains($0) }
  }
}
