import ArgumentParser
import MemoryTLSTesting

/// What goes wrong between both ends of `memtls handshake`.
struct FaultOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Let one thing go wrong, such as 'server flight 1: flip bit 0 of byte 9'.",
      valueName: "text"),
    transform: { try Fault($0) })
  var fault: Fault?

  @Flag(help: "Try every fault at every place, and count what comes of them.")
  var sweep = false

  @Option(
    help: ArgumentHelp("Try only this part of all cases, such as 0.1.", valueName: "fraction"))
  var sample: Double?

  func validate() throws {
    if fault != nil, sweep { throw ValidationError("--fault and --sweep contradict each other") }
    guard let sample else { return }
    guard sweep else { throw ValidationError("--sample is for --sweep") }
    guard sample > 0, sample <= 1 else {
      throw ValidationError("--sample \(sample) is not above 0 and at most 1")
    }
  }
}
