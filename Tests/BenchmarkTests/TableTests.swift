import Testing

struct TableTests {
  static let findings = [
    Finding(
      workload: "handshake", subject: "c", rate: 1234.5, unit: "connections/s",
      ratio: Distribution([1]), matched: 0.9),
    Finding(
      workload: "handshake", subject: "memtls", rate: 1300, unit: "connections/s",
      ratio: Distribution([1, 1.1, 1.2]), matched: 0.99),
    Finding(workload: "memory", subject: "memtls", rate: 49.5, unit: "KiB"),
  ]

  @Test func `a table has a row for each subject`() {
    #expect(
      Table.text(of: Array(Self.findings.prefix(2)), "handshake", "full", nil) == """
        handshake: full
                              connections/s    to c      quartiles  to c-matched
          c                            1235   1.000    1.000…1.000         0.900
          memtls                       1300   1.100    1.050…1.150         0.990

        """)
  }

  @Test func `what has no ratio has a number all the same`() {
    #expect(
      Table.text(of: [Self.findings[2]], "memory", "of pairs", nil).split(separator: "\n").last
        == "  memtls                       49.5")
  }

  @Test func `the summary tells the lowest and highest ratio of each subject`() {
    let more =
      Self.findings + [
        Finding(
          workload: "resumed", subject: "memtls", rate: 1, unit: "connections/s",
          ratio: Distribution([0.5]), matched: 0.6)
      ]
    #expect(
      Table.summary(of: more) == """
        c: to c 1.000; to c-matched 0.900
        memtls: to c 0.500 (resumed) to 1.100 (handshake); to c-matched 0.600 (resumed) to 0.990 (handshake)
        """)
  }

  @Test(arguments: [
    (0.0, 2, "0.00"), (1.005, 1, "1.0"), (0.999, 2, "1.00"), (-0.04, 1, "0.0"), (-1.25, 1, "-1.3"),
    (12.5, 0, "13"), (7.03, 2, "7.03"),
  ])
  func `numbers are rounded, with all their zeros`(value: Double, digits: Int, text: String) {
    #expect(Number.decimal(value, digits) == text)
  }

  @Test func `an object of JSON has only what there is`() throws {
    #expect(
      try Self.findings[1].json()
        == #"{"iqr":[1.05,1.15],"matched":0.99,"rate":1300,"ratio":1.1,"subject":"memtls","unit":"connections/s","workload":"handshake"}"#
    )
    #expect(
      try Self.findings[2].json()
        == #"{"rate":49.5,"subject":"memtls","unit":"KiB","workload":"memory"}"#)
  }
}
