/// Something that takes any bytes and keeps its rules: what is fuzzed, and what replays a finding.
struct Driver: Sendable {
  /// Its name on the command line, and its folder in Fixtures/fuzz.
  let name: String
  /// Throws a ``BrokenRule``; answers what was reached, in numbers that mean the same in every
  /// process.
  let run: @Sendable (_ input: [UInt8]) throws -> Set<UInt64>

  /// All of them. One more is a file beside this one, a line here, and seeds.
  static let all = [
    Driver(name: "server") { try EngineDriver.run($0, isServer: true) },
    Driver(name: "client") { try EngineDriver.run($0, isServer: false) },
    Driver(name: "program", run: ProgramDriver.run),
    Driver(name: "framing", run: FramingDriver.run),
    Driver(name: "records", run: RecordDriver.run),
    Driver(name: "command", run: CommandDriver.run),
    Driver(name: "configuration", run: ConfigurationDriver.run),
    Driver(name: "flights", run: FlightsDriver.run),
    Driver(name: "capture", run: CaptureDriver.run),
    Driver(name: "messages", run: MessagesDriver.run),
  ]

  static func named(_ name: String) -> Driver? { all.first { $0.name == name } }
}

/// A rule that an input breaks.
struct BrokenRule: Error, CustomStringConvertible {
  let description: String
}

/// Throws unless the rule holds.
func demand(_ holds: Bool, _ rule: @autoclosure () -> String) throws {
  guard holds else { throw BrokenRule(description: rule()) }
}

/// A number for a place that was reached (FNV-1a).
func landmark(_ name: String) -> UInt64 {
  name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// What an input says, from its front to its end; 0 behind that.
struct Cursor {
  private(set) var rest: ArraySlice<UInt8>

  init(_ input: [UInt8]) { rest = input[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func byte() -> Int { rest.popFirst().map(Int.init) ?? 0 }

  mutating func choose<T>(from choices: [T]) -> T { choices[byte() % choices.count] }
}
