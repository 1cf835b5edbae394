/// A point in time, as captures have it: a number of nanoseconds since 1970 in two parts.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Whole seconds since 1970-01-01 00:00 UTC.
  public let seconds: Int64
  /// What is beyond them: less than a billion.
  public let nanoseconds: UInt32

  /// Nil if the nanoseconds are a second or more.
  public init?(seconds: Int64, nanoseconds: UInt32) {
    guard nanoseconds < 1_000_000_000 else { return nil }
    (self.seconds, self.nanoseconds) = (seconds, nanoseconds)
  }

  /// A whole second.
  public init(seconds: Int64) { (self.seconds, nanoseconds) = (seconds, 0) }

  /// Whether one is before another.
  public static func < (one: Timestamp, other: Timestamp) -> Bool {
    (one.seconds, one.nanoseconds) < (other.seconds, other.nanoseconds)
  }

  /// Seconds and nine digits behind a point: "1700000000.000000001".
  public var description: String {
    let digits = String(nanoseconds)
    return "\(seconds)." + String(repeating: "0", count: 9 - digits.count) + digits
  }
}

extension Timestamp {
  /// Reads what ``description`` writes, and nothing else.
  init?(text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let seconds = Int64(parts[0]), let nanoseconds = UInt32(parts[1]),
      let time = Timestamp(seconds: seconds, nanoseconds: nanoseconds), time.description == text
    else { return nil }
    self = time
  }
}
