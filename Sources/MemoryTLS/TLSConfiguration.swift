/// How connections are to be made: a value, checked when a ``TLSContext`` is made from it.
public struct TLSConfiguration: Sendable, Hashable {
  /// The oldest and the newest version to negotiate; TLS 1.2 and 1.3.
  public var versions: ClosedRange<ProtocolVersion> = .tls12 ... .tls13
  /// The cipher suites of all versions, most wanted first.
  public var cipherSuites: [CipherSuite] = CipherSuite.recommended
  /// The groups for key exchange, most wanted first; nil for OpenSSL's own choice.
  public var groups: [NamedGroup]?
  /// The signature schemes that are accepted and made, most wanted first; nil for OpenSSL's choice.
  public var signatureSchemes: [SignatureScheme]?
  /// The most plaintext put into one record, in bytes: 512 to 16384 (RFC 8446 §5.1).
  public var largestRecord = 16384
  /// What this end proves itself with: none, or one for each type of key.
  public var identities: [Identity] = []
  /// Whose certificates are believed.
  public var trust: Trust = .system
  /// How peers' chains are verified, beyond that.
  public var verification = Verification()
  /// Whether a client asks for a stapled OCSP response; a server's is in its identity.
  public var ocspStapling: OCSPStapling = .none
  /// Whether a client asks for signed certificate timestamps in the handshake.
  public var certificateTimestamps: CertificateTimestamps = .unrequested
  /// Keys that both ends have from elsewhere: instead of certificates, or beside them.
  public var preSharedKeys: PreSharedKeys?
  /// Whether a server asks its clients for certificates.
  public var clientCertificates: ClientCertificates = .none
  /// The application protocols (ALPN, RFC 7301), most wanted first, 1 to 255 bytes each. A server's
  /// order decides; where a client's protocols have nothing in common with a server's, the server
  /// refuses with no_application_protocol. A server without any ignores the client's.
  public var applicationProtocols: [String] = []
  /// Whether and when a server gives out tickets.
  public var tickets: Tickets = .withFirstWrite(1)
  /// Where a server keeps what its tickets stand for.
  public var ticketFormat: TicketFormat = .automatic
  /// What a server's stateless tickets are sealed with; nil for keys of the context's own, which live
  /// as long as it.
  public var ticketKeys: TicketKeys?
  /// Where a client's sessions are kept and found again, and what a server's stateful tickets stand
  /// for; nil for nowhere.
  public var sessionStore: SessionStore?
  /// Whether a client's engines tell of the sessions they get.
  public var sessionDelivery: SessionDelivery = .none
  /// Whether application data may travel before the handshake is done (0-RTT), where it can be
  /// replayed.
  public var earlyData: EarlyData = .none
  /// Where a handshake waits for the caller to decide; nowhere.
  public var decisions: DecisionPoints = []
  /// What peers may make engines do.
  public var limits = Limits()
  /// Whether records say less of the length of what they carry.
  public var recordPadding: RecordPadding = .none
  /// Whether a client of TLS 1.2 shakes hands again when its server wants to.
  public var renegotiation: Renegotiation = .refused
  /// Whether a client of TLS 1.3 can be asked for its certificate later.
  public var postHandshakeAuthentication: PostHandshakeAuthentication = .refused
  /// Whether engines tell the secrets that decrypt their traffic.
  public var logsSecrets: SecretLogging = .never
  /// Where algorithms are found; in the process's library context.
  public var algorithms: Algorithms = .all
  /// The bytes of ciphertext an engine holds for each direction: 512 or more.
  ///
  /// OpenSSL's own default, 17 KiB, holds one record of the largest size. A smaller ring makes smaller
  /// records: 4,096 bytes move data at 0.5 of the default's rate, 1,024 at 0.2, 512 at 0.1. More gains
  /// nothing (64 KiB and 1 MiB: 1.0). The memory is taken with the first call that moves bytes, and an
  /// idle engine can give it back: ``TLSEngine/releaseIdleBuffers()``. Source: `BIO_s_bio`.
  public var ringCapacity = RingCapacity(incoming: 17408, outgoing: 17408)

  /// The defaults, which every property states.
  public init() {}
}

/// The sizes of an engine's two rings, in bytes of ciphertext.
public struct RingCapacity: Sendable, Hashable {
  /// The smallest capacity with which no alert is ever lost.
  public static let smallest = 512
  /// The largest, a bound against slips of the pen.
  public static let largest = 16 << 20

  /// What ``TLSEngine/push(_:)`` can take ahead of the engine.
  public var incoming: Int
  /// What ``TLSEngine/pull(into:)`` can fall behind.
  public var outgoing: Int

  /// A size for each direction.
  public init(incoming: Int, outgoing: Int) {
    self.incoming = incoming
    self.outgoing = outgoing
  }

  /// The same size for both.
  public init(_ bytes: Int) { self.init(incoming: bytes, outgoing: bytes) }
}
