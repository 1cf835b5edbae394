/// What a client needs to resume a connection with the server that gave it: a value, to be kept and
/// handed to ``TLSEngine/init(_:as:resuming:observing:)``.
///
/// It is made by a client's engine (``Event/session(_:)``, ``TLSConfiguration/sessionStore``). A
/// resumption looks at no certificate again, so a session is bound to those it was made between: whom
/// the client expected (``ServerIdentity``), whom it believed (``TLSConfiguration/trust``) and as
/// whom it spoke (``TLSConfiguration/identities``); and to whether a hook or the caller decides, but
/// not to what they would decide now. Where one of these is another, or the session has
/// expired, it is not offered and the handshake is a full one (RFC 8446 §4.6.1);
/// ``Negotiated/resumed`` tells.
///
/// It holds the secret of connections to come, and the server's own certificate: keep it like a
/// private key. Neither printing nor dumping it shows any of that. One that was made in this process
/// shares OpenSSL's certificates with those it led to, whole chains; ``bytes`` have the server's own
/// alone.
public struct TLSSession: Sendable {
  /// OpenSSL's own, which nobody changes: writing and parsing it costs more than resuming it.
  var handle: SessionHandle
  /// Its cipher suite.
  public let cipherSuite: CipherSuite

  /// The most bytes of a session. Larger ones are not delivered.
  public static let sizeLimit = 32768

  /// Reads what ``bytes`` gave, in this process or another.
  ///
  /// Of a session that other programs made (`openssl s_client -sess_out`) nothing says whom it is
  /// between: it is read, and never offered.
  /// - Throws: `.malformedSession`.
  public init(bytes: [UInt8]) throws(TLSError) {
    guard bytes.count <= Self.sizeLimit else {
      throw .malformedSession("of \(bytes.count) bytes exceeds \(Self.sizeLimit)")
    }
    let handle = try SessionHandle(der: bytes)
    guard let session = TLSSession(handle), handle.isWritten(within: Self.sizeLimit) else {
      throw .malformedSession("names no cipher suite of its version")
    }
    self = session
  }

  /// Nil for what cannot be resumed.
  init?(_ handle: SessionHandle) {
    guard let cipherSuite = handle.cipherSuite, cipherSuite.isTLS13 == (handle.version == .tls13)
    else { return nil }
    (self.handle, self.cipherSuite) = (handle, cipherSuite)
  }

  /// Whether its time is not over: `now` in seconds since 1970.
  func isAlive(at now: Int64) -> Bool {
    let (age, overflow) = now.subtractingReportingOverflow(issuedAt)
    return !overflow && 0...ticketLifetime ~= age
  }
}

extension TLSSession {
  /// The DER of OpenSSL's `SSL_SESSION`, at most ``sizeLimit`` bytes (`i2d_SSL_SESSION`), written anew
  /// each time.
  public var bytes: [UInt8] { handle.bytes }
  /// The version it was made with, which is the only one it resumes.
  public var version: ProtocolVersion { handle.version }
  /// The name that was sent as SNI; nil if none was.
  public var serverName: String? { handle.serverName }
  /// The application protocol that was agreed on. Another may be, on resumption; only early data
  /// needs the same.
  public var applicationProtocol: String? { handle.applicationProtocol }
  /// How long the server means to know it, in seconds from ``issuedAt``; at most a week (RFC 8446
  /// §4.6.1).
  public var ticketLifetime: Int64 { handle.lifetime }
  /// When it came, in seconds since 1970 in UTC.
  public var issuedAt: Int64 { handle.issuedAt }
  /// The most early data (0-RTT) that the server takes with it, in bytes; 0 for none.
  public var largestEarlyData: Int { handle.largestEarlyData }
  /// Whom it is between: 32 bytes, or none of ours.
  var binding: [UInt8] { handle.binding }
}

extension TLSSession: Hashable {
  /// Whether the bytes are the same.
  public static func == (left: Self, right: Self) -> Bool {
    if left.handle === right.handle { return true }
    return left.handle.identifier == right.handle.identifier && left.bytes == right.bytes
  }

  /// By what servers know it by, which is among the bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(handle.identifier) }
}

extension TLSSession: CustomStringConvertible, CustomReflectable {
  /// Version, cipher suite, name and size; nothing secret.
  public var description: String {
    "session of \(version) with \(serverName ?? "no name"), \(cipherSuite), \(bytes.count) bytes"
  }

  /// The same for `dump` and debuggers.
  public var customMirror: Mirror { Mirror(self, children: ["session": description]) }
}

/// Whether a client's sessions are told of.
public enum SessionDelivery: Sendable, Hashable {
  /// No; a ``TLSConfiguration/sessionStore`` gets them all the same.
  case none
  /// As ``Event/session(_:)``: in TLS 1.2 at the end of the handshake, in TLS 1.3 when a ticket
  /// arrives, which is some time after it.
  case events
}
