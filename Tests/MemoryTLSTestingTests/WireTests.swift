@testable import MemoryTLSTesting
import Testing

@Suite struct WireTests {
  @Test func `whole takes everything`() {
    #expect(sizes(.whole, 3) == [.max, .max, .max])
  }

  @Test func `pieces have the size asked for, and never none`() {
    #expect(sizes(.bytes(5), 3) == [5, 5, 5])
    #expect(sizes(.bytes(1), 2) == [1, 1])
    #expect(sizes(.bytes(0), 2) == [1, 1])
    #expect(sizes(.bytes(-7), 2) == [1, 1])
  }

  @Test(arguments: [0, 1, 7, .max] as [UInt64])
  func `a seed gives the same pieces every time`(seed: UInt64) {
    let pieces = sizes(.seeded(seed), 1000)
    #expect(pieces == sizes(.seeded(seed), 1000))
    #expect(pieces != sizes(.seeded(seed ^ 1), 1000))
    #expect(pieces.allSatisfy { 1...2048 ~= $0 })
    #expect(Set(pieces).count > 300)
  }

  /// The first numbers of SplitMix64 for the seed 0 are known: 0xE220A8397B1DCDAF and so on.
  @Test func `the pieces of a seed never change`() {
    let known: [UInt64] = [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F]
    #expect(sizes(.seeded(0), 3) == known.map { 1 + Int($0 % 2048) })
  }

  private func sizes(_ wire: Wire, _ count: Int) -> [Int] {
    var cutter = Wire.Cutter(wire)
    return (0..<count).map { _ in cutter.next() }
  }
}
