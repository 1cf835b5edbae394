/// Runs slices of subjects by turns, with one of plain C between every two: what slows the machine
/// down for a while slows neighbours alike.
///
/// A round is c, X, c, Y, c, ... c. X's ratio is its rate over the mean of those of its two
/// neighbours; each round begins with another subject.
struct Slices {
  private let baseline: Slice
  private let subjects: [Slice]
  private let clock: () -> Double
  /// How many operations a slice has, for everybody.
  let operations: Int
  private(set) var rounds = 0
  /// Of each subject, a value a round.
  private(set) var ratios: [[Double]]
  /// Of each subject, in operations a second.
  private(set) var rates: [[Double]]

  /// Does so many operations.
  typealias Slice = (_ operations: Int) throws -> Void

  /// Has everybody begin, and finds out how many operations take the baseline 7 ms by a clock that
  /// tells seconds.
  init(_ baseline: @escaping Slice, _ subjects: [Slice], clock: @escaping () -> Double) throws {
    (self.baseline, self.subjects, self.clock) = (baseline, subjects, clock)
    ratios = Array(repeating: [], count: subjects.count)
    rates = ratios
    operations = try Self.operations(of: baseline, clock)
    for subject in subjects { try subject(operations) }
  }

  mutating func runRound() throws {
    var before = try rate(of: baseline)
    for turn in subjects.indices {
      let subject = (turn + rounds) % subjects.count
      let own = try rate(of: subjects[subject])
      let after = try rate(of: baseline)
      rates[subject].append(own)
      ratios[subject].append(own / ((before + after) / 2))
      before = after
    }
    rounds += 1
  }

  private func rate(of slice: Slice) throws -> Double {
    let start = clock()
    try slice(operations)
    return Double(operations) / max(clock() - start, Self.shortest)
  }

  private static func operations(of slice: Slice, _ clock: () -> Double) throws -> Int {
    try slice(1)
    var count = 1
    for _ in 0..<24 {
      let start = clock()
      try slice(count)
      let seconds = clock() - start
      if seconds >= duration / 2 { return max(1, Int(Double(count) * duration / seconds)) }
      count *= 2
    }
    return count
  }

  /// A slice of plain C, in seconds.
  private static let duration = 0.007
  /// No clock tells less.
  private static let shortest = 1e-9
}
