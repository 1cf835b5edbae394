import MemoryTLS
import MemoryTLSTesting

/// Which end of TLS we are, and the contexts for it.
struct Side: Sendable {
  let role: Role
  let contexts: Contexts

  /// A client; `host` is that of its channel.
  static func client(
    _ expectation: ExpectationOptions, _ credentials: CredentialOptions, _ settings: [any Setting],
    host: String?
  ) throws -> Side {
    let identity = try expectation.identity(host: host)
    return try Side(
      .client(identity), [expectation] + settings, try credentials.identities(for: .client))
  }

  /// A server, which must have a certificate or keys that its clients know.
  static func server(
    _ credentials: CredentialOptions, _ shared: SharedKeyOptions, _ settings: [any Setting]
  ) throws -> Side {
    guard credentials.areGiven || shared.areGiven else {
      throw CommandFailure.usage(
        "a server needs a certificate: give --cert and --key, --self-signed or --psk-file")
    }
    return try Side(.server, settings + [shared], try credentials.identities(for: .server))
  }

  private init(
    _ role: Role, _ settings: [any Setting],
    _ identities: @escaping @Sendable () throws -> [Identity]
  ) throws {
    self.role = role
    contexts = try Contexts {
      var configuration = TLSConfiguration()
      // Four records of the largest size: fewer calls of the system, each for more.
      configuration.ringCapacity = RingCapacity(4 * 17408)
      configuration.identities = try identities()
      for setting in settings { try setting.apply(to: &configuration) }
      return try TLSContext(configuration)
    }
    // What is wrong with the role is said before anything is opened.
    _ = try makeEngine(nil)
  }

  /// An engine for a new connection.
  func makeEngine(_ observer: MessageObserver?) throws(TLSError) -> TLSEngine {
    try TLSEngine(contexts.current, as: role, observing: observer)
  }
}
