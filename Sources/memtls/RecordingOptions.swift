import ArgumentParser
import MemoryTLS
import MemoryTLSFlights

/// A recorded connection that a verb is about.
struct RecordingOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A .flights, pcap or pcapng file; - is stdin.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Which TCP stream of a capture, from 0.", valueName: "n"))
  var stream: Int?

  @Option(
    name: .customLong("keylog"),
    help: ArgumentHelp("Secrets beside those in the file (SSLKEYLOGFILE).", valueName: "file"))
  var keyLog: String?

  func validate() throws {
    if file.isEmpty { throw ValidationError("the file's name is empty") }
    if let stream, stream < 0 { throw ValidationError("--stream \(stream) is less than 0") }
    if keyLog == "-", file == "-" {
      throw ValidationError("stdin is either the file or --keylog")
    }
  }

  /// The file, and what is to be said of it is.
  func open() throws -> FlightFile {
    let found = try FlightFile(file)
    for remark in found.remarks { say(remark) }
    return found
  }

  /// The secrets of `--keylog`; none without it.
  func secrets() throws -> KeyLog {
    guard let keyLog else { return KeyLog(lines: []) }
    let bytes = try InputFile.read(keyLog)
    let found = KeyLog(text: String(decoding: bytes, as: UTF8.self))
    if found.lines.isEmpty { say("\(InputFile.name(keyLog)) has no line of a key log") }
    return found
  }

  /// The log of the one stream that is meant, with those secrets of `--keylog` that are its own.
  func log() throws -> FlightLog {
    let file = try open()
    let chosen = try file.stream(stream)
    guard var log = chosen.log else { throw file.withoutTLS(stream) }
    for hole in chosen.holes { say(hole) }
    let secrets = try secrets()
    guard !secrets.lines.isEmpty else { return log }
    // None but its own are to travel with it.
    let own = secrets.lines(
      clientRandoms: Dissection(log, keyLog: secrets).clientRandoms)
    if own.isEmpty { say("none of the secrets of --keylog is for this connection") }
    let known = Set(log.metadata.keyLog)
    log.metadata.keyLog += own.filter { !known.contains($0) }
    return log
  }
}
