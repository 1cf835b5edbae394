import ArgumentParser

/// stdin and stdout over TLS, as the server of one connection.
struct ServerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server",
    abstract: "Connect stdin and stdout to a TLS client over a channel.",
    usage:
      "memtls server <channel> --cert <file>|--self-signed <name> [<options>]",
    discussion: """
      One connection is served, then memtls ends.

        memtls server tcp-listen:127.0.0.1:8443 --cert cert.pem --key key.pem
        memtls server fd:3,4 --cert both.pem --client-ca ca.pem
        memtls server tcp-listen:127.0.0.1:8443 --self-signed localhost
        memtls server tcp-listen:127.0.0.1:8443 --psk-file keys
      """)

  @Argument(
    help: "What carries the ciphertext (memtls --help lists the kinds).",
    transform: Channel.init(parsing:))
  var channel: Channel

  @OptionGroup(title: "Who we are") var credentials: CredentialOptions

  @OptionGroup(title: "Whom to accept") var clientAuth: ClientAuthOptions
  @OptionGroup(title: "Whom to believe no more") var revocation: RevocationOptions
  @OptionGroup(title: "What to hand out") var handout: HandoutOptions
  @OptionGroup(title: "What both ends know") var shared: SharedKeyOptions
  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "What to tell") var secrets: SecretOptions
  @OptionGroup(title: "What to record") var records: RecordOptions
  @OptionGroup(title: "How much to say") var talk: TalkOptions
  @OptionGroup(title: "How it travels, and how long to wait") var options: ConnectionOptions

  func validate() throws { try revocation.check(clientAuth) }

  func run() throws {
    let books = try Bookkeeper(secrets, records)
    let side = try Side.server(
      credentials, shared, [protocols, clientAuth, revocation, handout, books])
    var bridge = Bridge(plain: .stdio, channel: channel, side: side, options: options, books: books)
    bridge.verbosity = talk.verbosity
    try bridge.runOnce()
  }
}
