import Testing

@Suite struct MarkdownTableTests {
  @Test func `speeds are told by workload and subject, and what there is none of is a dash`() {
    let findings = [
      finding("handshake", "c", 1), finding("handshake", "memtls", 1.046),
      finding("resumed", "nio-ssl", nil),
      Finding(workload: "memory", subject: "memtls", rate: 1, unit: "bytes"),
    ]
    #expect(
      MarkdownTable(findings).text == """
        |  | memtls | nio-ssl |
        | --- | ---: | ---: |
        | handshake | 1.05 | – |
        | resumed | – | – |
        """)
  }

  private func finding(_ workload: String, _ subject: String, _ ratio: Double?) -> Finding {
    Finding(
      workload: workload, subject: subject, rate: 1, unit: "connections/s",
      ratio: ratio.flatMap { Distribution([$0]) })
  }
}
