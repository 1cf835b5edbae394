import ArgumentParser
import MemoryTLS
import MemoryTLSTesting

/// stdin and stdout over TLS, as the server of one connection.
struct ServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server",
    abstract: "Connect stdin and stdout to a TLS client over a channel.",
    usage: "memtls server <channel> --cert <file>|--self-signed <name> [<options>]",
    discussion: """
      One connection is served, then memtls ends.

        memtls server tcp-listen:127.0.0.1:8443 --cert cert.pem --key key.pem
        memtls server fd:3,4 --cert both.pem --client-ca ca.pem
        memtls server tcp-listen:127.0.0.1:8443 --self-signed localhost
      """)

  @Argument(
    help: "What carries the ciphertext (memtls --help lists the kinds).",
    transform: Channel.init(parsing:))
  var channel: Channel

  @OptionGroup(title: "Who we are") var credentials: CredentialOptions

  @Option(
    help: ArgumentHelp("Whose clients to accept: a PEM or DER file.", valueName: "file"))
  var clientCa: String?

  @Option(
    help: ArgumentHelp(
      "Ask clients for a certificate, or require one (default: require, with --client-ca).",
      valueName: "require|request"))
  var clientAuth: ClientAuth?

  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "How long to wait") var timeouts: TimeoutOptions

  enum ClientAuth: String, ExpressibleByArgument, CaseIterable {
    case require
    case request
  }

  func validate() throws {
    if clientAuth != nil, clientCa == nil {
      throw ValidationError("--client-auth without --client-ca")
    }
  }

  func run() throws {
    guard let identity = try credentials.identity(for: .server) else {
      throw CommandFailure.usage(
        "a server needs a certificate: give --cert and --key, or --self-signed")
    }
    var configuration = TLSConfiguration()
    protocols.apply(to: &configuration)
    configuration.identities = [identity]
    if let clientCa {
      configuration.trust = .authorities(.file(clientCa))
      configuration.clientCertificates = clientAuth == .request ? .request : .require
    }
    let engine = try TLSEngine(TLSContext(configuration), as: .server)
    try Connector(channel: channel, timeouts: timeouts).run(engine)
  }
}
