/// Reads a file of callgrind's, line by line.
struct ProfileReading {
  private(set) var profile = CallProfile()
  private var objects = Names()
  private var functions = Names()
  /// Where the lines of costs belong to.
  private var object = Names.unknown
  /// Of the call whose count comes next; without an object of its own it stays within the caller's.
  private var callee: String?
  private var calledFunction = Names.unknown
  /// Whether the next line of costs is a call's, which the callee's own lines have already.
  private var isBehindCall = false

  /// False for a line that means nothing.
  mutating func read(_ line: Substring) -> Bool {
    guard let first = line.utf8.first, first != UInt8(ascii: "#") else { return true }
    if Self.positions.contains(first) { return readCosts(line) }
    guard let sign = line.firstIndex(where: { $0 == "=" || $0 == ":" }) else { return false }
    let value = line[line.index(after: sign)...]
    guard line[sign] == "=" else { return Self.headers.contains(line[..<sign]) }
    return read(line[..<sign], value)
  }

  private mutating func read(_ key: Substring, _ value: Substring) -> Bool {
    switch key {
    case "ob": return assign(objects.name(value)) { $0.object = Self.file(of: $1) }
    case "cob": return assign(objects.name(value)) { $0.callee = Self.file(of: $1) }
    case "fn": return functions.name(value) != nil
    case "cfn":
      return assign(functions.name(value)) { $0.calledFunction = Self.withoutDepth($1) }
    case "calls": return readCalls(value)
    case "fl", "fi", "fe", "cfi", "cfl": return true
    default: return false
    }
  }

  private mutating func assign(
    _ name: String?, _ change: (inout ProfileReading, String) -> Void
  ) -> Bool {
    guard let name else { return false }
    change(&self, name)
    return true
  }

  /// A count, and where the callee begins.
  private mutating func readCalls(_ value: Substring) -> Bool {
    guard let count = value.split(separator: " ").first.flatMap({ Int($0) }) else { return false }
    let call = CallProfile.Call(
      caller: object, callee: callee ?? object, function: calledFunction)
    profile.add(calls: count, call)
    (callee, isBehindCall) = (nil, true)
    return true
  }

  /// A position, and how many instructions it took; none stand for 0.
  private mutating func readCosts(_ line: Substring) -> Bool {
    let words = line.split(separator: " ")
    guard words.count <= 2 else { return false }
    guard let count = words.count == 2 ? Int(words[1]) : 0 else { return false }
    if !isBehindCall { profile.add(instructions: count, of: object) }
    isBehindCall = false
    return true
  }

  private static func file(of path: String) -> String {
    String(path.split(separator: "/").last ?? path[...])
  }

  /// A function that is already running has its depth behind its name: `f'2`.
  private static func withoutDepth(_ name: String) -> String {
    guard let quote = name.lastIndex(of: "'") else { return name }
    let depth = name[name.index(after: quote)...]
    return !depth.isEmpty && depth.allSatisfy(\.isNumber) ? String(name[..<quote]) : name
  }

  /// What lines of costs begin with: a line's number, or how far it is from the last.
  private static let positions = Set("0123456789+-*".utf8)
  private static let headers: Set<Substring> = [
    "version", "creator", "pid", "cmd", "part", "desc", "positions", "events", "summary", "totals",
    "thread",
  ]
}

/// Names that stand in full once, and then by their number: `(3) libc.so.6`, `(3)`.
private struct Names {
  static let unknown = "???"
  private var known: [Substring: String] = [:]

  /// Nil for a number without a name.
  mutating func name(_ text: Substring) -> String? {
    guard text.first == "(", let end = text.firstIndex(of: ")") else { return String(text) }
    let number = text[..<end]
    let name = text[text.index(after: end)...].drop { $0 == " " }
    if name.isEmpty { return known[number] }
    known[number] = String(name)
    return known[number]
  }
}
