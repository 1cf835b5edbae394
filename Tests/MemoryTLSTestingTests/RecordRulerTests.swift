@testable import MemoryTLSTesting
import Testing

@Suite struct RecordRulerTests {
  private static let records: [UInt8] =
    [22, 3, 1, 0, 2, 9, 9] + [20, 3, 3, 0, 0] + [23, 3, 3, 1, 0] + Array(repeating: 7, count: 256)

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8, 100, 1000])
  func `records are found in pieces of any size`(size: Int) {
    var ruler = RecordRuler()
    for start in stride(from: 0, to: Self.records.count, by: size) {
      ruler.measure(Array(Self.records[start..<min(start + size, Self.records.count)]))
    }
    #expect(ruler.beginnings == [0, 7, 12, 273])
  }

  @Test func `a record's end is known as soon as its header is there`() {
    var ruler = RecordRuler()
    ruler.measure(Array(Self.records[..<4]))
    #expect(ruler.beginnings == [0] && ruler.beginning(of: 1) == nil)
    ruler.measure([Self.records[4]])
    #expect(ruler.beginning(of: 1) == 7)
    #expect(ruler.count(before: 0) == 0 && ruler.count(before: 1) == 1)
    #expect(ruler.count(before: 7) == 1 && ruler.count(before: 8) == 2)
  }
}
