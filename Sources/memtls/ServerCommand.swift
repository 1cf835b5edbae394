import ArgumentParser

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

  @OptionGroup(title: "Whom to accept") var clientAuth: ClientAuthOptions
  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "How it travels, and how long to wait") var options: ConnectionOptions

  func run() throws {
    let side = try Side.server(credentials, clientAuth, protocols)
    try Bridge(plain: .stdio, channel: channel, side: side, options: options).runOnce()
  }
}
