import ArgumentParser

/// What a client sends before the handshake is done.
struct EarlyDataOptions: ParsableArguments {
  @Flag(help: "Send the first of stdin at once, with --sess-in. Others can repeat it!")
  var earlyData = false

  /// Throws where there is none to send.
  func check(_ resumption: ResumptionOptions, _ protocols: ProtocolOptions) throws {
    guard earlyData else { return }
    if resumption.sessIn == nil { throw ValidationError("--early-data without --sess-in") }
    if protocols.version == .tls12 { throw ValidationError("--early-data is not in TLS 1.2") }
  }

  /// For a configuration.
  var settings: [any Setting] { earlyData ? [EarlyDataLimit(bytes: EarlyStart.most)] : [] }
}
