public import MemoryTLSFlights

/// Why a pair's flights are not those of a file. Its description is the whole story: where it was
/// expected, how the flights were compared, what differs, and the ladder of what there is now.
public struct GoldenFailure: Error, Sendable {
  /// What is wrong.
  public let reason: Reason
  /// The file, as the test names it.
  public let path: String
  /// Where it was expected.
  public let place: SourcePlace
  /// What was sent now.
  public let log: FlightLog

  /// What can be wrong with a file or with flights.
  public enum Reason: Error, Sendable, Hashable {
    /// The flights differ, in this comparison.
    case diverged([Divergence], Comparison)
    /// There is no such file, or it cannot be read.
    case missing
    /// The file has no flights in it: where it is wrong, and how.
    case malformed(String)
    /// The file cannot be made.
    case unwritable(String)
  }
}

extension GoldenFailure: CustomStringConvertible {
  /// Where and what; if flights differ, how they do, and the ladder.
  public var description: String {
    var lines = ["\(place): \(summary)"]
    guard case .diverged(let divergences, _) = reason else { return lines[0] }
    lines += divergences.prefix(Self.shown).map { "\($0)" }
    if divergences.count > Self.shown { lines.append("and \(divergences.count - Self.shown) more") }
    lines.append("if that is as it should be, \(Self.advice)")
    lines.append(log.ladder(atMost: Self.flightLimit))
    return lines.joined(separator: "\n")
  }

  /// What is wrong, in one line.
  public var summary: String {
    switch reason {
    case .diverged(_, let comparison):
      "the flights are not those of \(path), compared \(comparison)"
    case .missing: "\(path) cannot be read; to make it, \(Self.advice)"
    case .malformed(let reason): "\(path) cannot be read: \(reason)"
    case .unwritable(let reason): "\(path) cannot be made: \(reason)"
    }
  }

  private static let advice = "run the test once with REGENERATE_FLIGHTS=1 in the environment"
  private static let shown = 8
  private static let flightLimit = 8
}
