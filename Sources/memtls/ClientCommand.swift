import ArgumentParser
import MemoryTLS
import MemoryTLSTesting

/// stdin and stdout over TLS, as the client.
struct ClientCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "client",
    abstract: "Connect stdin and stdout to a TLS server over a channel.",
    usage: "memtls client <channel> [<options>]",
    discussion: """
      The server must be whom you expect: the certificate must be for the host of
      tcp: or --servername and come from --ca or the system's roots, or it must be
      the one of --pin.

        memtls client tcp:example.org:443
        memtls client tcp:[::1]:8443 --servername localhost --ca ca.pem
        memtls client 'exec:ssh host nc 127.0.0.1 8443' --servername host

      When stdin ends, close_notify is sent, and what the server still sends is
      read. When the server has left and nothing waits to be sent, memtls ends.
      """)

  @Argument(
    help: "What carries the ciphertext (memtls --help lists the kinds).",
    transform: Channel.init(parsing:))
  var channel: Channel

  @OptionGroup(title: "Whom to expect") var expectation: ExpectationOptions
  @OptionGroup(title: "Who we are") var credentials: CredentialOptions
  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "How long to wait") var timeouts: TimeoutOptions

  func run() throws {
    let identity = try expectation.identity(host: channel.host)
    var configuration = TLSConfiguration()
    protocols.apply(to: &configuration)
    configuration.trust = expectation.trust
    configuration.identities = try [credentials.identity(for: .client)].compactMap { $0 }
    let context = try TLSContext(configuration)
    let engine = try TLSEngine(context, as: .client(identity))
    try Connector(channel: channel, timeouts: timeouts).run(engine)
  }
}

/// How long to wait for the other side.
struct TimeoutOptions: ParsableArguments {
  @Option(help: ArgumentHelp("For a finished handshake.", valueName: "seconds"))
  var handshakeTimeout = Timeout(10)

  @Option(help: ArgumentHelp("For a connection of tcp:.", valueName: "seconds"))
  var connectTimeout = Timeout(10)
}
