import ArgumentParser
import Foundation
import MemoryTLS
import MemoryTLSFlights
import SystemPackage

/// What is in a recorded connection.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is in a recorded connection.",
    usage: "memtls inspect <file> [<options>]",
    discussion: """
      FILE is a .flights file, a flow recorded by Go's crypto/tls, or a capture of
      tcpdump or Wireshark (pcap, pcapng). TLS is found at any port and behind
      STARTTLS. The ladder shows who sent what; messages are numbered, and a star
      marks those that were encrypted.

        tcpdump -i any -w failed.pcap port 443
        memtls inspect failed.pcap
        memtls inspect failed.pcap --stream 2
        memtls inspect failed.pcap --stream 2 --message 1

      What is encrypted can be read with the secrets of one end: those in the file
      (pcapng, .flights), or a key log such as browsers, curl and 'openssl s_client
      -keylogfile' write. That works for TLS 1.3, and for AEAD suites of 1.2.

        SSLKEYLOGFILE=keys.log curl https://example.org
        memtls inspect capture.pcapng --keylog keys.log

      Of several connections all are listed. For scripts and for pages:

        memtls inspect capture.pcapng --json | jq '.flights[].messages[].name'
        memtls inspect failed.pcap --svg failed.svg

      Exit status: 0 done, 1 failed, 2 usage.
      """)

  @OptionGroup var recording: RecordingOptions

  @Option(help: ArgumentHelp("Show one message in full, by its number.", valueName: "n"))
  var message: Int?

  @Option(
    help: ArgumentHelp("Draw a sequence diagram; - is stdout.", valueName: "file"))
  var svg: String?

  @Flag(help: "Replace the drawing if there is one.")
  var force = false

  @Flag(help: "Print one JSON object a connection, with everything.")
  var json = false

  @Flag(help: "Show every flight and message, however many there are.")
  var all = false

  @Option(help: ArgumentHelp("When to use colours.", valueName: "when"))
  var color = ColorChoice.auto

  func validate() throws {
    if let message, message < 1 { throw ValidationError("--message \(message) is less than 1") }
    if svg?.isEmpty == true { throw ValidationError("the name of --svg is empty") }
    if force, svg == nil { throw ValidationError("--force is for --svg") }
    let forms = [
      message == nil ? nil : "--message", svg == nil ? nil : "--svg", json ? "--json" : nil,
    ].compactMap { $0 }
    if forms.count > 1 {
      throw ValidationError("\(forms.joined(separator: " and ")) contradict each other")
    }
  }

  func run() throws {
    let file = try recording.open()
    let secrets = try recording.secrets()
    if recording.stream == nil, message == nil, svg == nil, file.conversations.count > 1 {
      return try list(file, secrets)
    }
    let stream = try file.stream(recording.stream)
    guard let report = StreamReport(stream, secrets) else {
      throw file.withoutTLS(recording.stream)
    }
    try show(report)
  }

  /// All streams, a line each.
  private func list(_ file: FlightFile, _ secrets: KeyLog) throws {
    var rows: [StreamTable.Row] = []
    for stream in file.conversations {
      guard let report = StreamReport(stream, secrets) else { continue }
      if json { try write(report) } else { rows.append(StreamTable.Row(report)) }
    }
    guard !json else { return }
    try Output.print(StreamTable(rows).text)
    let others = file.streams.count - file.conversations.count
    if others > 0 { say("\(others) other \(others == 1 ? "stream has" : "streams have") no TLS") }
    say("--stream N shows one of them")
  }

  private func show(_ report: StreamReport) throws {
    if let message { return try Output.print(report.page(of: message)) }
    if let svg { return try draw(report, into: svg) }
    if json { return try write(report) }
    try Output.print(report.ladder(atMost: all ? .max : Self.limit, in: color.style))
    for remark in report.remarks { say(remark) }
    if !all, report.isLonger(than: Self.limit) { say("--all shows every flight and message") }
  }

  private func write(_ report: StreamReport) throws {
    var waiting = ""
    try report.writeJSON { piece in
      waiting += piece
      guard waiting.utf8.count > Self.pieceSize else { return }
      try Output.print(waiting, terminator: "")
      waiting = ""
    }
    try Output.print(waiting, terminator: "")
  }

  private func draw(_ report: StreamReport, into path: String) throws {
    let drawing = SequenceDiagram(report.outline, remarks: report.holes).svg
    guard path != "-" else { return try Output.print(drawing, terminator: "") }
    let file = NewFile(
      path: FilePath(path), text: drawing, permissions: [.ownerReadWrite, .groupRead, .otherRead])
    // Devices and pipes are there to be written to.
    let type = try? file.path.stat().type
    if force || (type ?? .regular) != .regular { return try file.replace() }
    try NewFile.make([file], elseSaying: "--force replaces it")
  }

  /// As much JSON as is written at once, in bytes.
  private static let pieceSize = 1 << 16
  /// What fits a few screens.
  private static let limit = 40
}
