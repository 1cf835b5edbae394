import Foundation

extension Workload {
  /// Bytes a connected pair, each subject in a process of its own.
  static let memory = Workload(
    name: "memory", summary: "a connected pair of 2,000, both ends together", unit: "bytes"
  ) { bench in
    let kinds = bench.subjects(among: SubjectKind.allCases.filter { $0 != .zeroCopy })
    var uses: [(kind: SubjectKind, use: MemoryUse)] = []
    for (index, kind) in kinds.enumerated() {
      uses.append((kind, try MemoryUse(inProcessFor: kind)))
      bench.progress(Double(index + 1) / Double(kinds.count))
    }
    return Footprint.parts.flatMap { part, bytes in
      func values(_ moment: (MemoryUse) -> Footprint?) -> [SubjectValue] {
        uses.map { ($0.kind, moment($0.use).map { Double(bytes($0)) }) }
      }
      let used = values { $0.used }
      return Finding.rows("memory-idle-\(part)", in: "bytes", values { $0.idle })
        + Finding.rows("memory-used-\(part)", in: "bytes", used)
        + Finding.rows(
          "memory-released-\(part)", in: "bytes", values { $0.released }, to: used,
          absence: "it gives nothing back")
    }
  }
}

extension MemoryUse {
  /// From a process of its own.
  fileprivate init(inProcessFor kind: SubjectKind) throws {
    let output = try Program.ourselves().run([Probe.option, Probe.memory(kind).description])
    self = try JSONDecoder().decode(MemoryUse.self, from: output)
  }
}

extension Footprint {
  fileprivate static let parts: [(name: String, bytes: @Sendable (Footprint) -> Int)] =
    [("rss", { $0.resident }), ("heap", { $0.heap })]
}
