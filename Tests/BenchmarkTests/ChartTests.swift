import Testing

struct ChartTests {
  private func bars(_ svg: String, _ style: String) -> Int {
    svg.components(of: "<rect class=\"\(style)\"")
  }

  @Test func `each subject has a bar in each workload and one in the legend`() {
    let svg = Chart(TableTests.findings, remark: "versions").svg
    #expect(bars(svg, "subject0") == 2)
    #expect(bars(svg, "subject1") == 0)
    // The legend's, and the null test's.
    #expect(bars(svg, "noise") == 2)
    #expect(svg.components(of: "class=\"whisker\"") == 1)
    #expect(svg.contains("<desc>handshake: memtls 1.100.</desc>"))
  }

  @Test func `a bar that is longer than the page is cut and has its number`() {
    let long = Finding(
      workload: "context", subject: "memtls", rate: 1, unit: "pairs/s", ratio: Distribution([18.44])
    )
    let svg = Chart(TableTests.findings + [long], remark: "").svg
    #expect(svg.components(of: "<path class=\"cut\"") == 1)
    #expect(svg.contains(">18.4</text>"))
  }

  @Test func `what is no speed is not drawn`() {
    let memory = Finding(
      workload: "memory", subject: "memtls", rate: 1, unit: "bytes", ratio: Distribution([0.5]))
    #expect(
      Chart(TableTests.findings + [memory], remark: "").svg
        == Chart(TableTests.findings, remark: "").svg)
  }

  @Test func `texts are escaped`() {
    let svg = Chart([], remark: "a < b & c > d").svg
    #expect(svg.contains(">a &lt; b &amp; c &gt; d</text>"))
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
