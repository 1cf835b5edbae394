import MemoryTLS

/// The two ends of a connection that is written.
struct Endpoints {
  let client: SocketAddress
  let server: SocketAddress

  /// What `FlightLog.Metadata.endpoints` says; nil if that is not two addresses of one version of IP.
  ///
  /// Wireshark looks at ports before it looks at bytes: on the port of a protocol that begins in
  /// plaintext it would not find TLS, whose plaintext the log does not have. There stands 443.
  init?(_ text: String?) {
    let parts = (text ?? "").split(separator: " ")
    guard parts.count == 2, let client = SocketAddress(parts[0]),
      let server = SocketAddress(parts[1]), client != server,
      client.address.bytes.count == server.address.bytes.count
    else { return nil }
    self.client = client
    self.server =
      Self.plaintextPorts.contains(server.port)
      ? SocketAddress(address: server.address, port: Self.documentation.server.port) : server
  }

  private init(client: SocketAddress, server: SocketAddress) {
    (self.client, self.server) = (client, server)
  }

  /// Addresses that nobody has (RFC 5737).
  static let documentation = Endpoints(
    client: SocketAddress(address: IPAddress([192, 0, 2, 1]), port: 49152),
    server: SocketAddress(address: IPAddress([192, 0, 2, 2]), port: 443))

  /// Of FTP, telnet, SMTP, HTTP and its proxies, POP, NNTP, IMAP, LDAP, SOCKS, SQL Server, MySQL, RDP,
  /// XMPP, PostgreSQL, AMQP, VNC and IRC.
  private static let plaintextPorts: Set<UInt16> = [
    21, 23, 25, 80, 110, 119, 143, 389, 587, 1080, 1433, 3128, 3268, 3306, 3389, 5222, 5269, 5432,
    5672, 5900, 6667, 8080,
  ]

  func sender(of direction: Direction) -> SocketAddress {
    direction == .clientToServer ? client : server
  }
}
