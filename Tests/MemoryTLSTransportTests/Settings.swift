import MemoryTLS
import MemoryTLSTesting
import MemoryTLSTransport

/// What most tests start from: a server for localhost, and a client that trusts its authority.
struct Settings: Sendable {
  var client = TLSConfiguration()
  var server = TLSConfiguration()

  /// Made once for all tests.
  private static let shared = Result { try TestIdentities() }
  static var identities: TestIdentities { get throws { try shared.get() } }

  init(_ version: ProtocolVersion) throws {
    let identities = try Self.identities
    client.trust = identities.authority.trust
    server.trust = identities.authority.trust
    server.identities = [identities.localhost.identity]
    client.versions = version...version
    server.versions = version...version
  }

  /// With client certificates required, and this one or the user's given.
  func mutual(_ user: TestIdentity? = nil) throws -> Settings {
    let given = try user ?? Self.identities.user
    return changed {
      $0.server.clientCertificates = .require
      $0.client.identities = [given.identity]
    }
  }

  /// With tickets given out as asked.
  func tickets(_ tickets: Tickets) -> Settings { changed { $0.server.tickets = tickets } }

  /// With rings of so many bytes.
  func rings(_ capacity: Int) -> Settings {
    changed {
      $0.client.ringCapacity = RingCapacity(capacity)
      $0.server.ringCapacity = RingCapacity(capacity)
    }
  }

  /// With a client that trusts somebody else's authority.
  var clientTrustsOther: Settings {
    get throws {
      let other = try Self.identities.stranger.trust
      return changed { $0.client.trust = other }
    }
  }

  private func changed(_ change: (inout Settings) -> Void) -> Settings {
    var settings = self
    change(&settings)
    return settings
  }

  func clientEngine() throws -> TLSEngine {
    try TLSEngine(TLSContext(client), as: .client(.name("localhost")))
  }

  func serverEngine() throws -> TLSEngine { try TLSEngine(TLSContext(server), as: .server) }
}

/// An authority, those whom it vouches for, and somebody whom nobody here trusts.
struct TestIdentities: Sendable {
  let authority: TestIdentity
  let localhost: TestIdentity
  let user: TestIdentity
  let stranger: TestIdentity

  init() throws {
    authority = try TestIdentity.authority()
    localhost = try authority.issue(.server, names: [.dns("localhost")])
    user = try authority.issue(.client, "user")
    stranger = try TestIdentity.authority("Stranger").issue(.client, "stranger")
  }
}

/// The versions that most tests run under.
let versions: [ProtocolVersion] = [.tls12, .tls13]
