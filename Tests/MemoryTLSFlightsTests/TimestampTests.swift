import MemoryTLSFlights
import Testing

@Suite struct TimestampTests {
  @Test func `nine digits stand behind the point`() {
    #expect(
      Timestamp(seconds: 1_700_000_000, nanoseconds: 12)?.description == "1700000000.000000012")
    #expect(Timestamp(seconds: -3).description == "-3.000000000")
  }

  @Test func `a second of nanoseconds is none`() {
    #expect(Timestamp(seconds: 0, nanoseconds: 999_999_999) != nil)
    #expect(Timestamp(seconds: 0, nanoseconds: 1_000_000_000) == nil)
  }

  @Test func `seconds count before nanoseconds`() throws {
    let late = try #require(Timestamp(seconds: 1, nanoseconds: 7))
    #expect(Timestamp(seconds: 1) < late && late < Timestamp(seconds: 2))
  }
}
