import Testing

struct DistributionTests {
  @Test func `the median of an odd count is the middle value`() throws {
    let distribution = try #require(Distribution([9, 1, 5]))
    #expect(distribution.median == 5)
    #expect(distribution.lowerQuartile == 3)
    #expect(distribution.upperQuartile == 7)
  }

  @Test func `the median of an even count lies between the two in the middle`() throws {
    let distribution = try #require(Distribution([4, 1, 3, 2]))
    #expect(distribution.median == 2.5)
    #expect(distribution.lowerQuartile == 1.75)
    #expect(distribution.upperQuartile == 3.25)
  }

  @Test func `one value is all three`() throws {
    let distribution = try #require(Distribution([2]))
    #expect(
      [distribution.lowerQuartile, distribution.median, distribution.upperQuartile] == [2, 2, 2])
  }

  @Test func `an outlier moves no quartile`() throws {
    let values = Array(repeating: 1.0, count: 7)
    let distribution = try #require(Distribution(values + [1e9]))
    #expect(distribution.upperQuartile == 1)
  }

  @Test func `there is none of nothing`() { #expect(Distribution([]) == nil) }
}
