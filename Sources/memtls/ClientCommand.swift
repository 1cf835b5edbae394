import ArgumentParser

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

      A session that was kept saves the server its proof and the client a round
      trip, if the first of stdin goes with it. Whoever records that can send it to
      the server again, so let it ask for nothing that must not happen twice. What
      the server rejects is sent after the handshake.

        memtls client tcp:example.org:443 --sess-in s.pem --sess-out s.pem

      When stdin ends, close_notify is sent, and what the server still sends is
      read. When the server has left and nothing waits to be sent, memtls ends.
      """)

  @Argument(
    help: "What carries the ciphertext (memtls --help lists the kinds).",
    transform: Channel.init(parsing:))
  var channel: Channel

  @OptionGroup(title: "Whom to expect") var expectation: ExpectationOptions
  @OptionGroup(title: "Whom to believe no more") var revocation: RevocationOptions
  @OptionGroup(title: "Who we are") var credentials: CredentialOptions
  @OptionGroup(title: "What both ends know") var shared: SharedKeyOptions
  @OptionGroup(title: "What to negotiate") var protocols: ProtocolOptions
  @OptionGroup(title: "What to resume") var resumption: ResumptionOptions
  @OptionGroup(title: "What to send early") var early: EarlyDataOptions
  @OptionGroup(title: "What to tell") var secrets: SecretOptions
  @OptionGroup(title: "What to record") var records: RecordOptions
  @OptionGroup(title: "How much to say") var talk: TalkOptions
  @OptionGroup(title: "How it travels, and how long to wait") var options: ConnectionOptions

  func validate() throws {
    try revocation.check(expectation)
    try early.check(resumption, protocols)
  }

  func run() throws {
    let books = try Bookkeeper(secrets, records, resumption)
    let side = try Side.client(
      expectation, credentials, [protocols, shared, revocation, books] + early.settings,
      host: channel.host)
    var bridge = Bridge(plain: .stdio, channel: channel, side: side, options: options, books: books)
    bridge.verbosity = talk.verbosity
    bridge.sendsEarly = early.earlyData
    try bridge.runOnce()
  }
}
