import MemoryTLS
import MemoryTLSTesting

/// What most tests start from: a server for localhost, and a client that trusts its authority.
struct Settings {
  var client = TLSConfiguration()
  var server = TLSConfiguration()

  static let authority = try! TestIdentity.authority()
  static let localhost = try! authority.issue(.server, names: [.dns("localhost")])
  static let user = try! authority.issue(.client, "user")

  init(_ version: ProtocolVersion? = nil) {
    client.trust = Self.authority.trust
    server.trust = Self.authority.trust
    server.identities = [Self.localhost.identity]
    guard let version else { return }
    client.versions = version...version
    server.versions = version...version
  }

  /// With client certificates required and given.
  var mutual: Settings {
    var settings = self
    settings.server.clientCertificates = .require
    settings.client.identities = [Self.user.identity]
    return settings
  }

  func capacity(_ bytes: Int) -> Settings {
    var settings = self
    settings.client.ringCapacity = RingCapacity(bytes)
    settings.server.ringCapacity = RingCapacity(bytes)
    return settings
  }

  func pair(_ wire: Wire = .whole) throws(TLSError) -> EnginePair {
    try EnginePair(client: client, server: server, wire: wire)
  }
}

/// The versions and wires that most tests run under.
let versions: [ProtocolVersion] = [.tls12, .tls13]
let wires: [Wire] = [.whole, .bytes(1), .seeded(7)]
