import ArgumentParser
import Foundation
import MemoryTLS
import MemoryTLSTesting

/// What makes a handshake in memory the same every time. No other verb has it: whoever knows a seed
/// knows every key.
struct RepetitionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Make everything random from this: 0 to 18446744073709551615 \
      (default: none; 1 with --fault and --sweep).
      """, valueName: "number"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      """
      Let it be this time: seconds since 1970, or such as 2026-01-31T12:00:00Z \
      (default: now; 1700000000 with a seed).
      """,
      valueName: "time"))
  var time: Moment?

  /// What time it is for both ends.
  var clock: TLSClock {
    if let time { return .fixed(time.seconds) }
    return seed == nil ? .system : .seeded
  }
}

/// A point in time, in seconds since 1970 or as RFC 3339 writes it.
struct Moment: ExpressibleByArgument {
  let seconds: Int64

  init?(argument: String) {
    let date = try? Date(argument, strategy: .iso8601)
    // The largest is the last second of the year 9999.
    guard let seconds = Int64(argument) ?? date.map({ Int64($0.timeIntervalSince1970) }),
      0...253_402_300_799 ~= seconds
    else { return nil }
    // Foundation takes the 30th of February for the 2nd of March.
    if argument.hasSuffix("Z"), date?.formatted(.iso8601) != argument { return nil }
    self.seconds = seconds
  }
}
