@testable import MemoryTLSFlights
import Testing

@Suite struct HexExcerptTests {
  private let bytes = (0..<100).map { UInt8($0) }

  @Test func `what differs is marked, with a line before or behind`() {
    var now = bytes
    (now[34], now[35]) = (0xaa, 0xbb)
    #expect(
      HexExcerpt.lines(bytes, now) == [
        "both      00000010  10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f",
        "recorded  00000020  20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f",
        "now       00000020  20 21 aa bb 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f",
        "                          ^^ ^^",
      ])
    now = bytes
    now[47] = 0
    #expect(HexExcerpt.lines(bytes, now).map { $0.prefix(18) }.last == "both      00000030")
  }

  @Test func `of two lengths the end of one is marked`() {
    #expect(
      HexExcerpt.lines([1, 2], [1, 2, 3], base: 256) == [
        "recorded  00000100  01 02", "now       00000100  01 02 03",
        "                          ^^",
      ])
  }

  @Test func `where one has nothing, the other is shown without marks`() {
    #expect(HexExcerpt.lines([], [1]) == ["now       00000000  01"])
    let rows = HexExcerpt.lines(Array(repeating: 7, count: 40), [])
    #expect(rows.count == 2 && rows[1].hasPrefix("recorded  00000010  07 07"))
  }

  @Test func `equal bytes need no excerpt`() {
    #expect(HexExcerpt.lines(bytes, bytes) == [] && HexExcerpt.lines([], []) == [])
  }
}
