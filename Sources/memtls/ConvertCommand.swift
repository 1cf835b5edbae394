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
      and plaintext that were recorded, seeds and options.
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
    if output == keyLogOutput { throw ValidationError("\(output) is to be two files") }
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
    if output == "-" { try FileDescriptor.standardOutput.writeAll(kind.bytes(of: log)) }
    try force ? replace(files) : NewFile.make(files)
    say(summary(log))
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
          permissions: kind.isSecret(log)
            ? .ownerReadWrite : [.ownerReadWrite, .groupRead, .otherRead]))
    }
    if let keyLogOutput {
      files.append(
        NewFile(
          path: FilePath(keyLogOutput),
          text: log.metadata.keyLog.map { $0 + "\n" }.joined(), permissions: .ownerReadWrite))
    }
    return files
  }

  private func replace(_ files: [NewFile]) throws {
    for file in files {
      try ReplacedFile.write(file.bytes, to: file.path.string, file.permissions)
    }
  }

  private func summary(_ log: FlightLog) -> String {
    [(log.flights.count, "flight"), (log.byteCount, "byte"), (log.metadata.keyLog.count, "secret")]
      .map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
  }
}
