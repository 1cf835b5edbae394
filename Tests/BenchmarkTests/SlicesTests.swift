import Testing

struct SlicesTests {
  /// A machine whose time passes only where something is done on it.
  private final class Machine {
    var now = 0.0
    /// What all operations take, times as long.
    var burden = 1.0
    var runs: [String] = []

    func slice(_ name: String, _ seconds: Double) -> Slices.Slice {
      { [self] operations in
        runs.append(name)
        now += Double(operations) * seconds * burden
      }
    }

    func slices(_ baseline: Double, _ subjects: [(String, Double)]) throws -> Slices {
      let slices = try Slices(
        slice("c", baseline), subjects.map { slice($0.0, $0.1) }, clock: { self.now })
      runs = []
      return slices
    }
  }

  @Test func `between every two subjects comes a slice of the baseline`() throws {
    let machine = Machine()
    var slices = try machine.slices(0.001, [("x", 0.001), ("y", 0.001), ("z", 0.001)])
    try slices.runRound()
    #expect(machine.runs == ["c", "x", "c", "y", "c", "z", "c"])
    machine.runs = []
    try slices.runRound()
    #expect(machine.runs == ["c", "y", "c", "z", "c", "x", "c"])
  }

  @Test func `a slice is as many operations as take the baseline seven milliseconds`() throws {
    #expect(try Machine().slices(0.001, []).operations == 7)
    #expect(try Machine().slices(0.000_001, []).operations == 7000)
    #expect(try Machine().slices(1, []).operations == 1)
  }

  @Test func `who takes half the time has a ratio of two`() throws {
    let machine = Machine()
    var slices = try machine.slices(0.001, [("x", 0.0005), ("y", 0.002)])
    for _ in 0..<2 { try slices.runRound() }
    #expect(slices.rounds == 2)
    #expect(slices.ratios.map { $0.map { ($0 * 1000).rounded() } } == [[2000, 2000], [500, 500]])
    #expect(slices.rates.map { $0.map { $0.rounded() } } == [[2000, 2000], [500, 500]])
  }

  @Test func `a machine that slows down changes rates and no ratio`() throws {
    let machine = Machine()
    var slices = try machine.slices(0.001, [("x", 0.001)])
    try slices.runRound()
    machine.burden = 3
    try slices.runRound()
    #expect(slices.ratios[0].map { ($0 * 1000).rounded() } == [1000, 1000])
    #expect(slices.rates[0].map { $0.rounded() } == [1000, 333])
  }

  @Test func `an operation that fails ends the round`() throws {
    let machine = Machine()
    #expect(throws: Failure.self) {
      try Slices(
        machine.slice("c", 0.001), [{ _ in throw Failure("no") }], clock: { machine.now })
    }
  }
}
