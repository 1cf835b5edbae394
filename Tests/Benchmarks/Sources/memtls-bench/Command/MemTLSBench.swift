import ArgumentParser
import Foundation

@main
struct MemTLSBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memtls-bench",
    abstract: "Measure MemoryTLS beside plain C over OpenSSL.",
    usage: "memtls-bench [<options>]",
    discussion: """
      Both ends of a connection are in one thread, joined in memory: what is
      measured is TLS, and nothing of a network. Each subject does the same by
      turns, in slices of some milliseconds, and between every two comes a slice
      of plain C (c). A ratio is a subject's rate over the mean of the two slices
      of c beside it: 1.05 is a twentieth faster. Shown are the median and the
      quartiles. c stands among the subjects too: its ratio to itself, the null
      test, says how much of the others' is noise.

      Before, MemoryTLS and c-matched are looked at on the wire: were they not to
      agree on the same things in messages of the same length, the ratios would
      say nothing, and memtls-bench ends.

        memtls-bench
        memtls-bench --filter handshake,resumed --seconds 30
        memtls-bench --filter bulk-16k --subjects c-matched,memtls
        memtls-bench --svg ratios.svg
        memtls-bench --json | jq 'select(.subject == "memtls") | .ratio'

      Time is the processor's. Rates of different machines or moments cannot be
      compared; ratios can, on a machine that is not busy.

      --check measures for a minute, prints what it found beside the bounds that
      MemoryTLS has to keep (Judging/Bounds.swift), and fails if one does not hold.
      It wants valgrind, as the workload counts does.

      In --json each line has workload, subject, rate, unit, ratio, iqr (the two
      quartiles) and matched (the ratio to c-matched); the latter three are absent
      where there is none.

      Exit status: 0 done, 1 failed, 2 usage.
      """)

  @Option(
    help: ArgumentHelp(
      "Measure the workloads whose names have one of these in them.", valueName: "a,b"))
  var filter: String?

  @Option(
    help: ArgumentHelp("Measure these beside c (default: all).", valueName: "a,b"))
  var subjects: String?

  @Option(help: ArgumentHelp("How long to measure each workload.", valueName: "seconds"))
  var seconds = 10.0

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @Flag(help: "Print the ratios of speeds as a table in Markdown behind the rest.")
  var markdown = false

  @Option(help: ArgumentHelp("Draw the ratios into this file too.", valueName: "file"))
  var svg: String?

  @Flag(help: "Name the workloads and subjects, and measure nothing.")
  var list = false

  @Flag(help: "Look for what has become far slower, or more work; nothing else.")
  var check = false

  @Option(help: .hidden)
  var probe: Probe?

  func validate() throws {
    guard !json || !markdown else { throw ValidationError("--json and --markdown: choose one") }
    guard seconds > 0, seconds <= 86400 else {
      throw ValidationError("--seconds \(seconds) is not within 0 and a day")
    }
  }

  func run() throws {
    if let probe { return try probe.run() }
    guard !check else { return try Check.run() }
    let selection = try Selection(filter: filter, subjects: subjects)
    guard !list else { return Listing.print(selection) }
    let chart = try svg.map(ChartFile.init)
    var session = try Session(selection, seconds: seconds, json ? .json : .tables)
    try session.run()
    if markdown { print("\n" + MarkdownTable(session.findings).text) }
    try chart?.write(Chart(session.findings, remark: Versions.current.text).svg)
  }

  static func main() {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// Says what stopped the command, and exits with its status.
  private static func end(with error: any Error) -> Never {
    switch exitCode(for: error) {
    case .success: exit(withError: error)
    case .validationFailure:
      say("\(message(for: error)) (memtls-bench --help says more)")
      Foundation.exit(2)
    default:
      say("\(error)")
      Foundation.exit(1)
    }
  }

  private static func say(_ message: String) {
    let whole = message.split(separator: "\n").joined(separator: " ")
    let line = whole.prefix(1).lowercased() + whole.dropFirst()
    FileHandle.standardError.write(Data("memtls-bench: \(line)\n".utf8))
  }
}
