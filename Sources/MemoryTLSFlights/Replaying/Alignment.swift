/// Two lists side by side: what they have in common, and the gaps between.
struct Alignment: Equatable {
  /// Elements that stand in both, in order, by their indices.
  private(set) var pairs: [Pair] = []
  /// Where one list has elements that the other does not have there.
  private(set) var gaps: [Gap] = []

  struct Pair: Equatable {
    let recorded: Int
    let now: Int
  }

  struct Gap: Equatable {
    let recorded: Range<Int>
    let now: Range<Int>
  }

  /// Takes the longest common subsequence. Between what both begin and end with, of lists too long
  /// for that, nothing is taken as common.
  init<Element: Hashable>(_ recorded: [Element], _ now: [Element]) {
    let start = zip(recorded, now).prefix { $0 == $1 }.count
    let rest = min(recorded.count, now.count) - start
    let end = zip(recorded.reversed(), now.reversed()).prefix(rest).prefix { $0 == $1 }.count
    let (olds, news) = (start..<recorded.count - end, start..<now.count - end)
    pairs = (0..<start).map { Pair(recorded: $0, now: $0) }
    pairs += Self.common(recorded[olds], now[news])
    pairs += (0..<end).map { Pair(recorded: olds.upperBound + $0, now: news.upperBound + $0) }
    fillGaps(recorded.count, now.count)
  }

  private mutating func fillGaps(_ recordedCount: Int, _ nowCount: Int) {
    var (old, new) = (0, 0)
    for pair in pairs + [Pair(recorded: recordedCount, now: nowCount)] {
      if old < pair.recorded || new < pair.now {
        gaps.append(Gap(recorded: old..<pair.recorded, now: new..<pair.now))
      }
      (old, new) = (pair.recorded + 1, pair.now + 1)
    }
  }

  private static func common<Element: Hashable>(
    _ recorded: ArraySlice<Element>, _ now: ArraySlice<Element>
  ) -> [Pair] {
    guard recorded.count <= limit, now.count <= limit else { return [] }
    // How long the common subsequence is of what begins at both places.
    var lengths = [[Int]](
      repeating: [Int](repeating: 0, count: now.count + 1), count: recorded.count + 1)
    for old in recorded.indices.reversed() {
      for new in now.indices.reversed() {
        let (row, column) = (old - recorded.startIndex, new - now.startIndex)
        lengths[row][column] =
          recorded[old] == now[new]
          ? lengths[row + 1][column + 1] + 1
          : max(lengths[row + 1][column], lengths[row][column + 1])
      }
    }
    return walk(lengths, recorded, now)
  }

  private static func walk<Element: Hashable>(
    _ lengths: [[Int]], _ recorded: ArraySlice<Element>, _ now: ArraySlice<Element>
  ) -> [Pair] {
    var pairs: [Pair] = []
    var (row, column) = (0, 0)
    while row < recorded.count, column < now.count {
      let (old, new) = (recorded.startIndex + row, now.startIndex + column)
      if recorded[old] == now[new] {
        pairs.append(Pair(recorded: old, now: new))
        (row, column) = (row + 1, column + 1)
      } else if lengths[row + 1][column] >= lengths[row][column + 1] {
        row += 1
      } else {
        column += 1
      }
    }
    return pairs
  }

  /// More than any flight has messages, or any message fields; the work grows with its square.
  private static let limit = 128
}
