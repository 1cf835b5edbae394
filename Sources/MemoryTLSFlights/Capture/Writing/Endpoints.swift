import MemoryTLS

/// The two ends of a connection that is written.
struct Endpoints {
  let client: SocketAddress
  let server: SocketAddress

  /// What `FlightLog.Metadata.endpoints` says; nil if that is not two addresses of one version of IP.
  init?(_ text: String?) {
    let parts = (text ?? "").split(separator: " ")
    guard parts.count == 2, let client = SocketAddress(parts[0]),
      let server = SocketAddress(parts[1]), client != server,
      client.address.bytes.count == server.address.bytes.count
    else { return nil }
    (self.client, self.server) = (client, server)
  }

  private init(client: SocketAddress, server: SocketAddress) {
    (self.client, self.server) = (client, server)
  }

  /// Addresses that nobody has (RFC 5737).
  static let documentation = Endpoints(
    client: SocketAddress(address: IPAddress([192, 0, 2, 1]), port: 49152),
    server: SocketAddress(address: IPAddress([192, 0, 2, 2]), port: 443))

  func sender(of direction: Direction) -> SocketAddress {
    direction == .clientToServer ? client : server
  }
}
