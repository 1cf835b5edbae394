import MemoryTLS
import MemoryTLSTesting
import Testing

/// What most tests start from: a server for localhost, and a client that trusts its authority.
struct Settings {
  var client = TLSConfiguration.ofTest
  var server = TLSConfiguration.ofTest

  static let authority = fixture { try TestIdentity.authority() }
  static let localhost = fixture { try authority.issue(.server, names: [.dns("localhost")]) }
  static let user = fixture { try authority.issue(.client, "user") }
  /// An authority that nobody trusts, and whom it vouches for.
  static let stranger = fixture { try TestIdentity.authority("Stranger CA") }
  static let strangeUser = fixture { try stranger.issue(.client, "stranger") }
  static var emptyRevocationList: [UInt8] { get throws { try authority.revocationList() } }

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
    changed {
      $0.server.clientCertificates = .require
      $0.client.identities = [Self.user.identity]
    }
  }

  func capacity(_ bytes: Int) -> Settings {
    changed {
      $0.client.ringCapacity = RingCapacity(bytes)
      $0.server.ringCapacity = RingCapacity(bytes)
    }
  }

  func changed(_ change: (inout Settings) throws -> Void) rethrows -> Settings {
    var settings = self
    try change(&settings)
    return settings
  }

  func pair(_ wire: Wire = .whole) throws(TLSError) -> EnginePair {
    try EnginePair(client: client, server: server, wire: wire)
  }

  /// Two engines that have shaken hands, moved by hand.
  func open() throws(TLSError) -> Puppets {
    let puppets = try Puppets(self)
    puppets.exchange()
    return puppets
  }
}

extension Settings {
  /// One end's: the server's for true.
  subscript(isServer: Bool) -> TLSConfiguration {
    get { isServer ? server : client }
    set { if isServer { server = newValue } else { client = newValue } }
  }
}

/// What one end says of the other's certificate, which it has to refuse.
func refusal(of settings: Settings, atServer: Bool = false) throws -> TLSError? {
  let error = try settings.pair().expectRefusal(by: atServer ? .server : .client)
  #expect(error.code == .verificationFailed)
  return error
}

/// A value that cannot fail to be made, for statics.
func fixture<T>(_ make: () throws -> T) -> T {
  do { return try make() } catch { preconditionFailure("a fixture cannot be made: \(error)") }
}

/// The versions and wires that most tests run under.
let versions: [ProtocolVersion] = [.tls12, .tls13]
let wires: [Wire] = [.whole, .bytes(1), .seeded(7)]
let bothRoles = [false, true]

/// This many bytes without a pattern that a ring's size could hide.
func text(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Alert records in the clear (RFC 8446 §6).
let closeNotifyRecord: [UInt8] = [21, 3, 3, 0, 2, 1, 0]
let handshakeFailureRecord: [UInt8] = [21, 3, 3, 0, 2, 2, 40]
/// A protected record that cannot be genuine.
let badRecord: [UInt8] = [23, 3, 3, 0, 40] + Array(repeating: 0xA5, count: 40)
