import Testing

@Suite struct JudgementTests {
  private func bound(_ limit: Bound.Limit, _ subject: String = "memtls") -> Bound {
    Bound(workload: "handshake", subject: subject, measure: "calls", limit: limit)
  }

  private func figure(_ value: Double) -> Figure {
    Figure(workload: "handshake", subject: "memtls", measure: "calls", value: value)
  }

  @Test(arguments: [
    (Bound.Limit.atMost(10), 10.0, true), (.atMost(10), 10.5, false), (.atLeast(0.8), 0.8, true),
    (.atLeast(0.8), 0.79, false), (.atMost(0), 0, true), (.atMost(0), 0.02, false),
    (.atLeast(0.8), .nan, false), (.atMost(0), .nan, false),
  ])
  func `a bound holds up to its limit`(limit: Bound.Limit, value: Double, holds: Bool) {
    let judgements = Judgement.all(of: [figure(value)], by: [bound(limit)])
    #expect(judgements.map(\.holds) == [holds])
  }

  @Test func `each bound is judged by its own figure alone`() {
    let others = [
      Figure(workload: "resumed", subject: "memtls", measure: "calls", value: 90),
      Figure(workload: "handshake", subject: "c", measure: "calls", value: 90),
      Figure(workload: "handshake", subject: "memtls", measure: "steps", value: 90),
    ]
    let judgements = Judgement.all(of: others + [figure(9)], by: [bound(.atMost(10))])
    #expect(judgements == [Judgement(bound: bound(.atMost(10)), value: 9)])
  }

  @Test func `what was not measured does not hold`() {
    let judgements = Judgement.all(of: [figure(9)], by: [bound(.atMost(10), "memtls-zerocopy")])
    #expect(judgements.map(\.value) == [nil])
    #expect(judgements.map(\.holds) == [false])
  }

  @Test func `a report shows what was found beside every bound`() {
    let bounds = [bound(.atMost(10)), bound(.atLeast(0.8), "c")]
    let report = CheckReport(Judgement.all(of: [figure(9.5)], by: bounds))
    let lines = report.table.split(separator: "\n").map {
      $0.split(separator: " ").joined(separator: " ")
    }
    #expect(
      lines == [
        "ok handshake memtls calls 9.50 at most 10",
        "FAIL handshake c calls not measured at least 0.80",
      ])
  }

  @Test func `the first thing outside its bounds is named, and how many there are`() {
    func failure(_ bounds: [Bound]) -> String? {
      CheckReport(Judgement.all(of: [figure(12)], by: bounds)).failure
    }
    #expect(failure([bound(.atMost(12))]) == nil)
    #expect(failure([bound(.atMost(10))]) == "handshake memtls calls: 12 is not at most 10")
    #expect(
      failure([bound(.atMost(12)), bound(.atMost(10)), bound(.atLeast(20))])
        == "handshake memtls calls: 12 is not at most 10; 2 of 3 bounds do not hold")
  }

  @Test func `no two bounds are for the same figure`() {
    let names = Bound.all.map { "\($0.workload) \($0.subject) \($0.measure)" }
    #expect(Set(names).count == names.count)
  }
}
