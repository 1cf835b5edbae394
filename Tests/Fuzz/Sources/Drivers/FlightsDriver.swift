import MemoryTLSFlights

/// Any bytes are taken for a `.flights` file.
enum FlightsDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    let log: FlightLog
    do throws(FlightLog.SyntaxError) { log = try FlightLog(utf8: input) } catch {
      return [try refusal(error, of: input)]
    }
    try demand(log.byteCount <= input.count, "\(log.byteCount) bytes out of \(input.count)")
    try demandReturn(of: log)
    let notes = log.flights.reduce(0) { $0 + $1.notes.count }
    return [landmark("\(log.flights.count.signum()) \(notes.signum())")]
  }

  /// What is written is read again as the same, and written again the same.
  static func demandReturn(of log: FlightLog) throws {
    let text = log.text
    let again = try FlightLog(text: text)
    try demand(again == log, "another log comes back")
    try demand(again.text == text, "the text is another the second time")
  }

  private static func refusal(
    _ error: FlightLog.SyntaxError, of input: [UInt8]
  ) throws -> UInt64 {
    let lines = input.split(separator: 10, omittingEmptySubsequences: false)
    try demand(1...lines.count ~= error.line, "line \(error.line) of \(lines.count)")
    let count = lines[error.line - 1].count
    try demand(1...count + 1 ~= error.column, "column \(error.column) of \(count) bytes")
    return landmark(error.reason.filter { !$0.isHexDigit })
  }
}
