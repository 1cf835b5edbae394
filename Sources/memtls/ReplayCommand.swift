import ArgumentParser
import MemoryTLS
import MemoryTLSFlights
import MemoryTLSTesting

/// A recorded connection, played to an engine again.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Play recorded flights to an engine and tell what is not as it was.",
    usage: "memtls replay <file> [<options>]",
    discussion: """
      What one end of a recorded connection said is played to an engine that is the
      other end, without any socket. What that says now is compared with what was
      recorded, and every difference is told in words, with the bytes around it.

      A recording of 'memtls handshake --seed' is enough by itself: both ends are
      made again, one after the other, and say the same, byte for byte, as long as
      OpenSSL is the same. Options given here go before the recorded ones, so that
      you see what a setting changes:

        memtls handshake --seed 1 --record hello.flights
        memtls replay hello.flights
        memtls replay hello.flights --group secp256r1

      Anything else, captures too, is played to an engine of the options given here:
      what would your server answer a client that was captured elsewhere? What comes
      from other random bytes cannot be equal then. Messages are compared, and their
      fields, but for those that differ in every connection; and it ends where the
      peer's answers are for other keys. A server without --cert gets a certificate
      made for this run.

        memtls replay customer.pcap --stream 3 --cert cert.pem --key key.pem
        memtls replay customer.pcap --tls 1.2
        memtls replay server.pcapng --as client --ca ca.pem

      Exit status: 0 the same, 1 not, 2 usage.
      """)

  @OptionGroup var recording: RecordingOptions

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "Which end the engine is (default: as recorded, or the server).",
      valueName: "client|server"))
  var end: TunnelCommand.End?

  @Option(
    help: ArgumentHelp(
      """
      Let it be this time: seconds since 1970, or such as 2026-01-31T12:00:00Z \
      (default: as recorded, or now).
      """, valueName: "time"))
  var time: Moment?

  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "Who we are") var credentials: CredentialOptions
  @OptionGroup(title: "Whom to expect, as client") var expectation: ExpectationOptions
  @OptionGroup(title: "Whom to accept, as server") var clientAuth: ClientAuthOptions
  @OptionGroup(title: "What to hand out, as server") var handout: HandoutOptions
  @OptionGroup(title: "What both ends know") var shared: SharedKeyOptions

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let log = try recording.log()
    let name = InputFile.name(recording.file)
    guard !log.flights.isEmpty else { throw CommandFailure.failed("\(name) has no flights") }
    let cast = try ReplayCast(self, log)
    let report = ReplayReport(log, try cast.replays())
    try Output.print(json ? report.json() : report.text)
    guard let flight = report.firstDivergence else { return }
    throw CommandFailure.failed("\(name) diverges in flight \(flight)")
  }
}
