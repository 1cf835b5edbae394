/// The certificates that a peer sent, with OpenSSL's opinion of them.
public struct PeerChain: Sendable, Hashable {
  /// As the peer sent them, its own first.
  public let certificates: [Certificate]
  /// What OpenSSL's own check found first; nil if all is well, if it was told to look at nothing,
  /// and in a ``Decision/peerCertificate(_:)`` also if a hook accepted it all the same.
  public let verdict: TLSError.VerificationFailure?
  /// The OCSP response that a server stapled, in DER, not yet verified. In TLS 1.2 it comes later
  /// than its certificates do, so that it is always nil here.
  public let stapledOCSPResponse: [UInt8]?
}
