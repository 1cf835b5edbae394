import Dispatch
import Synchronization

/// Scenarios under every fault at every place, one fault a time.
///
///     let scenario = Sweep.Scenario("TLS 1.3", try PairSettings(seed: 1))
///     let report = try Sweep([scenario], fraction: 0.1).run()
///     print(report)  // a table; report.violations is empty if every rule held
///
/// A scenario runs once without a fault, and what was sent then says where faults can strike: at each
/// byte of each flight every kind of ``Fault``, all eight bits of it too; the verbs that take a part
/// strike each record, and chunks of each size at each byte.
public struct Sweep: Sendable {
  /// What is put under faults.
  public var scenarios: [Scenario]
  /// Which part of all cases to run, 0 to 1; 1 for all.
  public var fraction: Double
  /// What chooses that part: the same cases for the same seed.
  public var seed: UInt64
  /// The sizes of chunks, in bytes, 1 or more each.
  public var chunks = [1, 16]

  /// A sweep over all cases, or over a part of them.
  public init(_ scenarios: [Scenario], fraction: Double = 1, seed: UInt64 = 1) {
    (self.scenarios, self.fraction, self.seed) = (scenarios, fraction, seed)
  }

  /// Runs the cases on all cores and waits for them.
  ///
  /// - Parameters:
  ///   - progress: Told after each case how many of how many are done, in any thread.
  ///   - isWanted: Asked before each case, in any thread; once it says no, the report is of what was
  ///     done so far.
  /// - Returns: what came of the cases.
  /// - Throws: what the making of a pair throws, and ``Incomplete`` if a scenario does not come to its
  ///   end without any fault.
  public func run(
    progress: @Sendable (_ done: Int, _ planned: Int) -> Void = { _, _ in },
    while isWanted: @Sendable () -> Bool = { true }
  ) throws -> Report {
    let plans = try scenarios.map { try Plan(Trial($0), of: self) }
    let tally = Tally(Report(self, plans: plans))
    for (index, plan) in plans.enumerated() {
      DispatchQueue.concurrentPerform(iterations: plan.cases.count) { number in
        guard isWanted(), let fault = plan.faults[plan.cases[number]] else { return }
        let (done, planned) = tally.add(plan.trial.result(of: fault), scenario: index)
        progress(done, planned)
      }
    }
    return tally.report
  }
}

/// Which faults one scenario meets.
struct Plan: Sendable {
  let trial: Trial
  let faults: Faults
  /// The numbers of those that are tried.
  let cases: [Int]

  init(_ trial: Trial, of sweep: Sweep) {
    let faults = Faults(trial.reference.log, chunks: sweep.chunks)
    var random = SplitMix64(seed: sweep.seed)
    let bound = min(1, max(0, sweep.fraction))
    cases = (0..<faults.count).filter { _ in Double.random(in: 0..<1, using: &random) < bound }
    (self.trial, self.faults) = (trial, faults)
  }
}

extension Trial {
  /// What came of one case; a pair that cannot be made any more is one that broke a rule.
  fileprivate func result(of fault: Fault) -> Result<Sweep.Case, Sweep.Unmade> {
    do { return .success(try examine(fault)) } catch {
      return .failure(Sweep.Unmade(fault: fault, reason: "\(error)"))
    }
  }
}

extension Sweep {
  /// A case that could not even begin.
  struct Unmade: Error {
    let fault: Fault
    let reason: String
  }
}

/// A report that grows in several threads.
private final class Tally: Sendable {
  private let held: Mutex<Sweep.Report>

  init(_ report: Sweep.Report) { held = Mutex(report) }

  var report: Sweep.Report { held.withLock { $0 } }

  func add(
    _ result: Result<Sweep.Case, Sweep.Unmade>, scenario: Int
  ) -> (done: Int, planned: Int) {
    held.withLock { report in
      report.add(result, scenario: scenario)
      return (report.cases, report.planned)
    }
  }
}
