import ArgumentParser

/// What of a connection is kept for later.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Record the flights in this new file, for memtls inspect and replay.", valueName: "file"))
  var record: String?

  @Flag(help: "Record the secrets and our plaintext too: who has the file reads everything.")
  var recordSecrets = false

  func validate() throws {
    if recordSecrets, record == nil { throw ValidationError("--record-secrets without --record") }
    if record == "-" { throw ValidationError("--record makes a file, so it cannot be -") }
    if record?.isEmpty == true { throw ValidationError("--record '' is no file") }
  }
}
