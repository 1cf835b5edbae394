import ArgumentParser
import Foundation

/// What this program does in a process of its own, started by itself with a hidden option.
enum Probe: Hashable {
  /// Operations, counted by the callgrind it runs under.
  case counts(CountedOperation, SubjectKind)
  /// Memory that open connections take, written to stdout.
  case memory(SubjectKind)

  /// The option that says which.
  static let option = "--probe"

  /// Does it.
  func run() throws {
    switch self {
    case .counts(let operation, let kind): try operation.run(on: kind)
    case .memory(let kind):
      let data = try JSONEncoder().encode(try MemoryUse(of: kind))
      try FileHandle.standardOutput.write(contentsOf: data)
    }
  }
}

extension Probe: CustomStringConvertible, ExpressibleByArgument {
  init?(argument: String) {
    let words = argument.split(separator: ":").map(String.init)
    guard let last = words.last, let kind = SubjectKind(rawValue: last) else { return nil }
    if words.count == 2, words[0] == "memory" {
      self = .memory(kind)
    } else if words.count == 3, words[0] == "counts",
      let operation = CountedOperation(rawValue: words[1])
    {
      self = .counts(operation, kind)
    } else {
      return nil
    }
  }

  var description: String {
    switch self {
    case .counts(let operation, let kind): "counts:\(operation.rawValue):\(kind.rawValue)"
    case .memory(let kind): "memory:\(kind.rawValue)"
    }
  }
}
