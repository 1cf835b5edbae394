import ArgumentParser

/// How much is said of a connection.
struct TalkOptions: ParsableArguments {
  @Flag(
    name: .shortAndLong,
    help: "Say the peer's certificates; twice (-vv), the flights too.")
  var verbose: Int

  /// What was negotiated is always said.
  var verbosity: Verbosity { verbose == 0 ? .negotiated : verbose == 1 ? .certificates : .flights }
}
