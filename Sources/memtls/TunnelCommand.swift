import ArgumentParser
import MemoryTLS

/// Two channels joined, one in the clear and one over TLS.
struct TunnelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tunnel",
    abstract: "Join two channels: plaintext on one, TLS on the other.",
    usage: "memtls tunnel <plain> <channel> --as client|server [<options>]",
    discussion: """
      PLAIN carries the plaintext and CHANNEL the ciphertext. Either may listen:
      then every connection is served, each in a thread of its own, and gets a
      connection to the other side, which is tcp:, unix:, exec: or system:; beside
      anything else one connection is served. The plain side is opened when the
      handshake is done, so that only those who may can reach it.

      TLS in front of a web server, with certificates that SIGHUP loads anew:
        memtls tunnel tcp:127.0.0.1:8080 tcp-listen:0.0.0.0:8443 --as server \\
          --cert server.pem --key server.key.pem

      A local port that leads to a TLS server:
        memtls tunnel tcp-listen:127.0.0.1:5432 tcp:db.example:6432 --as client

      TLS over a serial line, and over a channel that carries text alone:
        memtls tunnel stdio tty:/dev/ttyUSB0,115200 --as client --servername box
        memtls tunnel stdio 'exec:ssh host cat-both-ways' --as client \\
          --servername host --framing lines

      The end of one side is carried to the other: as close_notify, and back. SIGINT
      and SIGTERM close every connection with close_notify and end with a summary.
      """)

  @Argument(
    help: "What carries the plaintext (memtls --help lists the kinds).",
    transform: Channel.init(parsing:))
  var plain: Channel

  @Argument(
    help: "What carries the ciphertext.", transform: Channel.init(parsing:))
  var channel: Channel

  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Which end of TLS to be.", valueName: "client|server"))
  var end: End

  @OptionGroup(title: "Whom to expect, as client") var expectation: ExpectationOptions
  @OptionGroup(title: "Whom to accept, as server") var clientAuth: ClientAuthOptions
  @OptionGroup(title: "Whom to believe no more") var revocation: RevocationOptions
  @OptionGroup(title: "Who we are") var credentials: CredentialOptions
  @OptionGroup(title: "What both ends know") var shared: SharedKeyOptions
  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "What to resume, as client") var resumption: ResumptionOptions
  @OptionGroup(title: "What to hand out, as server") var handout: HandoutOptions
  @OptionGroup(title: "What to tell") var secrets: SecretOptions
  @OptionGroup(title: "What to record") var records: RecordOptions
  @OptionGroup(title: "How it travels, and how long to wait") var options: ConnectionOptions

  @Flag(help: "Serve one connection and end with its status, although a channel listens.")
  var once = false

  @Option(
    help: ArgumentHelp(
      "How many connections to serve at once, silent ones too; others wait.",
      valueName: "number"))
  var maxConnections = 250

  @Flag(help: "Show bytes and rate on stderr, if that is a terminal.")
  var progress = false

  @Flag(
    name: .shortAndLong,
    help: "Say what every connection negotiated; twice (-vv), its flights too.")
  var verbose: Int

  enum End: String, ExpressibleByArgument, CaseIterable {
    case client
    case server
  }

  func validate() throws {
    if plain.isListener, channel.isListener {
      throw ValidationError("only one of \(plain) and \(channel) can listen")
    }
    if case .files = plain {
      throw ValidationError("\(plain): files carry ciphertext alone, so as CHANNEL")
    }
    let foreign =
      end == .server ? expectation.given + resumption.given : clientAuth.given + handout.given
    if let option = foreign.first {
      let other = end == .server ? End.client : .server
      throw ValidationError("\(option) is for --as \(other)")
    }
    switch end {
    case .client: try revocation.check(expectation)
    case .server: try revocation.check(clientAuth)
    }
    guard maxConnections > 0 else {
      throw ValidationError("--max-connections \(maxConnections) is less than 1")
    }
  }

  func run() throws {
    let books = try Bookkeeper(secrets, records, resumption)
    var bridge = Bridge(
      plain: plain, channel: channel, side: try side(books), options: options, books: books)
    bridge.verbosity = verbose == 0 ? .quiet : verbose == 1 ? .negotiated : .flights
    bridge.showsProgress = progress
    let servesMany =
      plain.isListener && channel.isRepeatable || channel.isListener && plain.isRepeatable
    if servesMany, !once {
      try bridge.serve(atOnce: maxConnections)
    } else {
      try bridge.runOnce()
    }
  }

  private func side(_ books: Bookkeeper) throws -> Side {
    switch end {
    case .client:
      try .client(
        expectation, credentials, [protocols, shared, revocation, books], host: channel.host)
    case .server:
      try .server(credentials, shared, [protocols, clientAuth, revocation, handout, books])
    }
  }
}
