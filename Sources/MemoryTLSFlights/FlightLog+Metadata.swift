public import MemoryTLS

extension FlightLog {
  /// What is known of a recorded connection beside its bytes: enough to have it again, if it came from
  /// seeds.
  public struct Metadata: Sendable, Hashable {
    /// The version of OpenSSL that made the flights of ``role``: ``MemoryTLS/OpenSSLVersion/text``.
    public var openssl: String?
    /// Which ends were ours.
    public var role: RecordedRole?
    /// Whom the client asked for.
    public var serverName: String?
    /// Where the client's random bytes came from.
    public var clientSeed: UInt64?
    /// Where the server's random bytes came from.
    public var serverSeed: UInt64?
    /// What time it was for ends whose clock stood still, in seconds since 1970.
    public var time: Int64?
    /// The seed of the throw-away certificates.
    public var identity: UInt64?
    /// The options of `memtls handshake` that made it, one each.
    public var options: [String] = []
    /// The addresses of client and server, such as `127.0.0.1:50000 127.0.0.1:443`.
    public var endpoints: String?
    /// Secrets, as lines of a key log (RFC 9850): whoever has them reads everything.
    public var keyLog: [String] = []
    /// What people say of it, a line each.
    public var comments: [String] = []
    /// What others keep there.
    public var extra: [Extra] = []

    /// Nothing is known.
    public init() {}
  }

  /// Which ends of a recorded connection were ours, so that they can be had again.
  public enum RecordedRole: String, Sendable, Hashable, CaseIterable {
    /// The client; the server was somebody else.
    case client
    /// The server; the client was somebody else.
    case server
    /// Both.
    case both

    /// Whether this direction's bytes were made by an end of ours.
    public func sends(_ direction: Direction) -> Bool {
      self == .both || (self == .client) == (direction == .clientToServer)
    }
  }

  /// Something under a key of somebody else's.
  public struct Extra: Sendable, Hashable {
    /// `x-`, and lower-case letters, digits and hyphens.
    public let key: String
    /// What stands there.
    public let value: String

    /// Nil if the key is not of that form.
    public init?(key: String, value: String) {
      let isNamed = key.hasPrefix("x-") && key.utf8.count > 2
      let allowed = key.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 }
      guard isNamed, allowed else { return nil }
      (self.key, self.value) = (key, value)
    }
  }
}
