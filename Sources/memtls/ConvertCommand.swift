import ArgumentParser
import Foundation
import MemoryTLS
import MemoryTLSFlights
import SystemPackage

/// A recorded connection as a file of another kind.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a recorded connection as a file of another kind.",
    usage: "memtls convert <file> <out> [<options>]",
    discussion: """
      FILE is whatever 'memtls inspect' reads. The extension of OUT says what it
      becomes: .flights, which is text, diffs well and can be replayed, or .pcap or
      .pcapng, which Wireshark opens.

        memtls convert capture.pcap failed.flights --stream 2
        memtls convert failed.flights failed.pcapng
        memtls convert failed.flights - --to pcap | tcpdump -r -

      Secrets travel with the connection: those in FILE and, of --keylog, those that
      belong to it. Whoever gets such a file reads everything, so it is made for its
      owner alone. A .pcap has no place for them; --keylog-out writes them beside it.

        memtls convert capture.pcapng decrypted.pcapng --keylog keys.log
        memtls convert decrypted.pcapng plain.pcap --keylog-out keys.log

      Packets are made anew. What a capture has no place for is left out: messages
      and plaintext that were recorded, seeds and options. Port 25 and others where
      Wireshark looks for no TLS become 443.

      Exit status: 0 done, 1 failed, 2 usage.
      """)

  @OptionGroup var recording: RecordingOptions

  @Argument(help: ArgumentHelp("What to write; - is stdout.", valueName: "out"))
  var output: String

  @Option(help: ArgumentHelp("What OUT becomes, whatever it is called.", valueName: "kind"))
  var to: FileKind?

  @Option(
    name: .customLong("keylog-out"),
    help: ArgumentHelp("Write the secrets to a key log of their own.", valueName: "file"))
  var keyLogOutput: String?

  @Flag(help: "Replace files that exist.")
  var force = false

  func validate() throws {
    if output.isEmpty || keyLogOutput?.isEmpty == true {
      throw ValidationError("the name of a file is empty")
    }
    if keyLogOutput == "-" { throw ValidationError("--keylog-out goes to a file, not to stdout") }
    if output == keyLogOutput { throw ValidationError("\(output) is to be two files") }
    if output == "-", let to, to != .flights, isatty(1) == 1 {
      throw ValidationError("a .\(to.rawValue) is nothing for a terminal; give a file")
    }
    if output == "-", to == nil { throw ValidationError("- has no extension; give --to KIND") }
    if kind == nil {
      throw ValidationError("\(output) is neither .flights, .pcap nor .pcapng; or give --to KIND")
    }
  }

  private var kind: FileKind? { to ?? FileKind(path: output) }

  func run() throws {
    guard let kind else { return }
    let log = try recording.log()
    let files = try contents(log, kind)
    if output == "-" { try Output.write(kind.bytes(of: log)) }
    if force {
      for file in files { try file.replace() }
    } else {
      try NewFile.make(files, elseSaying: "--force replaces it")
    }
    say(summary(log))
    if let keyLogOutput, log.metadata.keyLog.isEmpty { say("no secrets, so no \(keyLogOutput)") }
    if !kind.keepsSecrets, keyLogOutput == nil, !log.metadata.keyLog.isEmpty {
      say("a .pcap has no place for secrets; --keylog-out FILE keeps them")
    }
  }

  private func contents(_ log: FlightLog, _ kind: FileKind) throws -> [NewFile] {
    var files: [NewFile] = []
    if output != "-" {
      files.append(
        NewFile(
          path: FilePath(output), bytes: kind.bytes(of: log),
          permissions: kind.permissions(for: log)))
    }
    if let keyLogOutput, !log.metadata.keyLog.isEmpty {
      files.append(
        NewFile(
          path: FilePath(keyLogOutput),
          text: log.metadata.keyLog.map { $0 + "\n" }.joined(), permissions: .ownerReadWrite))
    }
    return files
  }

  private func summary(_ log: FlightLog) -> String {
    [(log.flights.count, "flight"), (log.byteCount, "byte"), (log.metadata.keyLog.count, "secret")]
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }
}
