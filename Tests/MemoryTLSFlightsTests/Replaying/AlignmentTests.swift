@testable import MemoryTLSFlights
import Testing

@Suite struct AlignmentTests {
  @Test func `what both have stands side by side, and the rest in gaps`() {
    let alignment = Alignment(["a", "b", "c", "e"], ["a", "c", "d", "e", "f"])
    #expect(alignment.pairs.map(\.recorded) == [0, 2, 3])
    #expect(alignment.pairs.map(\.now) == [0, 1, 3])
    #expect(
      alignment.gaps == [
        .init(recorded: 1..<2, now: 1..<1), .init(recorded: 3..<3, now: 2..<3),
        .init(recorded: 4..<4, now: 4..<5),
      ])
  }

  @Test(arguments: [[], [1], [1, 1, 2]], [[], [2], [1, 2, 1], [1, 1, 2]])
  func `every element stands in one pair or gap of its list`(old: [Int], new: [Int]) {
    let alignment = Alignment(old, new)
    #expect(alignment.pairs.allSatisfy { old[$0.recorded] == new[$0.now] })
    let olds = alignment.pairs.map(\.recorded) + alignment.gaps.flatMap { Array($0.recorded) }
    let news = alignment.pairs.map(\.now) + alignment.gaps.flatMap { Array($0.now) }
    #expect(olds.sorted() == Array(old.indices) && news.sorted() == Array(new.indices))
    #expect(old != new || alignment.gaps.isEmpty)
  }

  @Test func `lists too long to compare are one gap between what they begin and end with`() {
    let (old, new) = (Array(0..<100_000), [0] + Array(2..<99_999).reversed() + [99_999])
    let alignment = Alignment(old, new)
    #expect(alignment.pairs.count == 2 && alignment.gaps.count == 1)
  }
}
