import ArgumentParser

/// What a client resumes, and keeps for another time.
struct ResumptionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Resume the session in this file; with --sess-out it may be absent.", valueName: "file"))
  var sessIn: String?

  @Option(
    help: ArgumentHelp(
      "Put the newest session into this file. Secret, like a private key.", valueName: "file"))
  var sessOut: String?

  /// The options that were given, as they are written.
  var given: [String] {
    [("--sess-in", sessIn != nil), ("--sess-out", sessOut != nil)].filter(\.1).map(\.0)
  }
}
