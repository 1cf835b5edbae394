extension FlightLog {
  /// A line of a `.flights` file that cannot be read.
  public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    /// The byte in the line where it begins, counted from 1.
    public let column: Int
    /// What is wrong, in a clause.
    public let reason: String

    /// "line 3, column 5: 'gg' is no byte".
    public var description: String { "line \(line), column \(column): \(reason)" }
  }
}
