/// What a handshake waits for the caller to decide; see ``Step/undecided(_:)``.
///
/// Copied data, which may go to another thread. The answer is a method of the engine; one that is not
/// an answer to the decision is a caller's fault that changes nothing.
public enum Decision: Sendable, Hashable {
  /// A server has read the ClientHello and said nothing yet. Answer with
  /// ``TLSEngine/proceed(with:)`` or ``TLSEngine/refuse(_:)``.
  case clientHello(ClientHello)
  /// This end may prove itself now. Answer with ``TLSEngine/present(_:)`` or
  /// ``TLSEngine/refuse(_:)``.
  case certificate(CertificateRequest)
  /// The peer's certificates are to be judged. Answer with ``TLSEngine/accept()`` or
  /// ``TLSEngine/refuse(_:)``.
  case peerCertificate(PeerChain)
}

/// Where handshakes wait for a decision of the caller.
public struct DecisionPoints: OptionSet, Sendable, Hashable {
  /// The bits.
  public let rawValue: UInt8

  /// Any bits; those without a meaning are ignored.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// ``Decision/clientHello(_:)``, on servers (`SSL_CTX_set_client_hello_cb`). A ClientHello in the
  /// format of SSL 2.0 is refused with protocol_version then.
  public static let clientHello = Self(rawValue: 1)
  /// ``Decision/certificate(_:)``: on servers always, on clients when they are asked for a
  /// certificate (`SSL_CTX_set_cert_cb`).
  public static let certificate = Self(rawValue: 2)
  /// ``Decision/peerCertificate(_:)``, after the peer's certificates have passed what
  /// ``TLSConfiguration/trust`` says of them; not if it sent none, nor for a resumed session, whose
  /// certificates were accepted before (`SSL_CTX_set_cert_verify_callback`).
  public static let peerCertificate = Self(rawValue: 4)
}

/// Somebody wants to see a certificate of ours.
public struct CertificateRequest: Sendable, Hashable {
  /// The schemes that the peer can verify, most wanted first (`SSL_get_sigalgs`).
  public let signatureSchemes: [SignatureScheme]
  /// The distinguished names of the authorities that the peer believes, in DER; often empty, which
  /// says nothing (`SSL_get0_peer_CA_list`).
  public let authorities: [DistinguishedName]
  /// The name that the client asked for, if it did.
  public let serverName: String?
}

/// A name of a certificate's subject or issuer (X.501).
public struct DistinguishedName: Sendable, Hashable, CustomStringConvertible {
  /// The name in DER.
  public let der: [UInt8]
  /// The name as `CN=example.org, O=Example`.
  public let description: String
}

extension TLSContext {
  /// Where an engine of a role can be suspended: only servers hear hellos.
  func decisions(of role: Role) -> DecisionPoints {
    role == .server ? configuration.decisions : configuration.decisions.subtracting(.clientHello)
  }
}

extension TLSConfiguration {
  /// Whether a server without an identity can still come by one.
  var mayGetIdentityLater: Bool { !decisions.isDisjoint(with: [.clientHello, .certificate]) }

  /// Whether tickets must not be sent before a client's certificate is accepted: a refused client
  /// would come back with one and be let in.
  var ticketsAwaitVerdict: Bool {
    guard decisions.contains(.peerCertificate), case .afterHandshake = tickets else { return false }
    return true
  }
}
