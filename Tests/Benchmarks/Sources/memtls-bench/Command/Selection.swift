import ArgumentParser

/// What of everything is to be measured.
struct Selection {
  let workloads: [Workload]
  /// Plain C first: the null test.
  let subjects: [SubjectKind]

  /// - Throws: a fault of usage, for names that there are not.
  init(filter: String?, subjects names: String?) throws {
    workloads = try Self.workloads(filter.map(Self.parts))
    let chosen = try names.map(Self.parts)?.map(Self.subject) ?? SubjectKind.allCases
    subjects = SubjectKind.allCases.filter { $0 == .c || chosen.contains($0) }
  }

  private static func workloads(_ parts: [String]?) throws -> [Workload] {
    guard let parts else { return Workload.all }
    for part in parts where !Workload.all.contains(where: { $0.name.contains(part) }) {
      throw ValidationError("no workload has \"\(part)\" in its name; see --list")
    }
    return Workload.all.filter { workload in parts.contains { workload.name.contains($0) } }
  }

  private static func subject(_ name: String) throws -> SubjectKind {
    if let kind = SubjectKind(rawValue: name) { return kind }
    let names = SubjectKind.allCases.map(\.rawValue).joined(separator: ", ")
    throw ValidationError("there is no subject \"\(name)\", but \(names)")
  }

  private static func parts(_ list: String) throws -> [String] {
    let parts = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { throw ValidationError("an empty name in \"\(list)\"") }
    return parts
  }
}

/// What there is to choose from.
enum Listing {
  static func print(_ selection: Selection) {
    Swift.print("Workloads:")
    for workload in selection.workloads { line(workload.name, workload.summary) }
    Swift.print("\nSubjects:")
    for subject in selection.subjects { line(subject.rawValue, subject.summary) }
  }

  private static func line(_ name: String, _ summary: String) {
    Swift.print("  " + name.padded(to: 22) + summary)
  }
}
