/// What callgrind counted: the instructions of each object file, and who called whom.
///
/// Source: Callgrind Format Specification, https://valgrind.org/docs/manual/cl-format.html
struct CallProfile: Equatable {
  /// Instructions executed in functions of each object file, by its name without its path.
  private(set) var instructions: [String: Int] = [:]
  /// How often a function was called by functions of an object file.
  private(set) var calls: [Call: Int] = [:]

  struct Call: Hashable {
    /// The object files of who calls and of who is called.
    let caller: String
    let callee: String
    let function: String
  }

  init() {}

  /// - Parameter text: A file that callgrind wrote.
  /// - Throws: ``ProfileError`` for a line that has no such meaning.
  init(_ text: String) throws(ProfileError) {
    var reading = ProfileReading()
    var number = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      number += 1
      guard reading.read(line) else { throw ProfileError(line: number, text: String(line)) }
    }
    self = reading.profile
  }

  mutating func add(instructions count: Int, of object: String) {
    instructions[object, default: 0] += count
  }

  mutating func add(calls count: Int, _ call: Call) { calls[call, default: 0] += count }
}

/// A line of a profile that means nothing.
struct ProfileError: Error, Equatable, CustomStringConvertible {
  let line: Int
  let text: String

  var description: String { "line \(line) of callgrind's file means nothing: \(text)" }
}

extension CallProfile {
  /// How many calls of these functions there were, by some objects into others.
  func calls(
    from callers: (String) -> Bool, to callees: (String) -> Bool, of functions: Set<String>? = nil
  ) -> Int {
    calls.reduce(0) { sum, entry in
      let (call, count) = entry
      guard callers(call.caller), callees(call.callee) else { return sum }
      guard functions?.contains(call.function) ?? true else { return sum }
      return sum + count
    }
  }

  /// How many instructions there were in some objects.
  func instructions(in objects: (String) -> Bool) -> Int {
    instructions.reduce(0) { objects($1.key) ? $0 + $1.value : $0 }
  }
}
