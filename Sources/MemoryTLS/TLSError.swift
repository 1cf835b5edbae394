/// What went wrong, in which phase, and who has to mend it.
///
/// An engine that failed repeats the same error from then on, except for faults of the caller, which
/// change nothing. Two errors are equal when their codes and alerts are.
public struct TLSError: Error, Sendable {
  /// What happened.
  public let code: Code
  /// Who has to mend it.
  public let fault: Fault
  /// How far the connection was; nil for an error outside any connection.
  public let phase: Phase?
  /// The fatal alert that was sent for this or received, if any.
  public let alert: SeenAlert?
  /// Why the peer's certificate was not accepted.
  public let verification: VerificationFailure?
  /// OpenSSL's error queue as it was, the root cause first.
  public let stack: [OpenSSLError]
  /// One clause: what happened, then the value.
  public let message: String

  /// Who has to mend it.
  public enum Fault: Sendable, Hashable {
    /// Whoever called: a call out of place, or a configuration that cannot work.
    case caller
    /// The other end, or what carries its bytes.
    case peer
    /// This machine: memory, OpenSSL itself.
    case environment
  }

  /// How far a connection is.
  public enum Phase: Sendable, Hashable {
    /// Until ``Step/done``.
    case handshake
    /// From then on, until our close_notify.
    case open
    /// After ``TLSEngine/close()``: nothing more is written; the peer may still send.
    case closing
  }

  /// An alert, and who made it.
  public struct SeenAlert: Sendable, Hashable {
    /// What it says.
    public let alert: Alert
    /// Who made it.
    public let origin: AlertOrigin
  }

  /// Why a certificate was not accepted.
  public struct VerificationFailure: Sendable, Hashable {
    /// OpenSSL's `X509_V_ERR_` number.
    public let code: Int
    /// Which certificate of the chain: 0 for the peer's own.
    public let depth: Int
    /// That certificate's subject.
    public let subject: String
    /// OpenSSL's words for the code (`X509_verify_cert_error_string`).
    public let reason: String
  }

  init(
    _ code: Code, _ fault: Fault, _ message: String, phase: Phase? = nil, alert: SeenAlert? = nil,
    verification: VerificationFailure? = nil, stack: [OpenSSLError] = []
  ) {
    self.code = code
    self.fault = fault
    self.phase = phase
    self.alert = alert
    self.verification = verification
    self.stack = stack
    self.message = message
  }
}

extension TLSError {
  /// What happened, as a closed list.
  public enum Code: Sendable, Hashable {
    // A configuration or role that cannot work; thrown where a context or engine is made.

    /// A file or store could not be read.
    case unreadableFile
    /// Neither PEM nor DER, cut short, or of another kind.
    case malformedCertificate
    /// Neither PEM nor DER, cut short, or of another kind.
    case malformedKey
    /// A list of revoked certificates (CRL) is neither PEM nor DER, cut short, or missing.
    case malformedRevocationList
    /// No OCSP response in DER, or one that holds no answers.
    case malformedOCSPResponse
    /// A key is encrypted and its passphrase is missing or wrong.
    case wrongPassphrase
    /// Bytes that are no session.
    case malformedSession
    /// A private key that is not the certificate's.
    case keyMismatch
    /// A chain without any certificate.
    case emptyChain
    /// A setting out of range, unknown to this OpenSSL, or at odds with another.
    case invalidConfiguration
    /// A server's name or address that nothing could match.
    case invalidServerIdentity

    // A call out of place; it changed nothing.

    /// Reading or writing before ``Step/done``.
    case handshakeIncomplete
    /// Writing after ``TLSEngine/close()``.
    case writeAfterClose
    /// Pushing after ``TLSEngine/endOfInput()``.
    case pushAfterEndOfInput
    /// Stepping while a ``TLSEngine/decision`` is open.
    case undecided
    /// Answering a decision that is not open.
    case noSuchDecision
    /// Calling an engine from inside a call of the same engine.
    case reentered
    /// A value handed to a call is out of range.
    case invalidArgument
    /// What was asked for is not defined for this connection.
    case unavailable

    // Ends of a connection; repeated by every later call.

    /// ``TLSEngine/close()`` came before the handshake was done.
    case aborted
    /// The peer sent close_notify before the handshake was done.
    case closedDuringHandshake
    /// The input ended without close_notify: what was read may not be all that was sent.
    case truncated
    /// The peer does not speak TLS.
    case notTLS
    /// The peer gave up with a fatal alert.
    case alertReceived
    /// The peer's certificate was not accepted, or it had none.
    case verificationFailed
    /// The caller decided against going on (``TLSEngine/refuse(_:)``).
    case refused
    /// A ``Signer`` threw, or what it made is no signature by its certificate's key.
    case signingFailed
    /// The peer exceeded one of ``Limits``; the caller's fault only for steps without progress, where
    /// it changes nothing.
    case limitExceeded
    /// The peer broke the protocol, or nothing in common was found.
    case protocolFailure
    /// OpenSSL failed for reasons of its own.
    case unexpected
  }
}

extension TLSError: Equatable {
  /// Whether code and alert are the same.
  public static func == (left: Self, right: Self) -> Bool {
    left.code == right.code && left.alert == right.alert
  }
}

extension TLSError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
