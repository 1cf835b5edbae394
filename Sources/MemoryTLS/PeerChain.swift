/// The certificates that a peer sent, with OpenSSL's opinion of them.
public struct PeerChain: Sendable, Hashable {
  /// As the peer sent them, its own first.
  public let certificates: [Certificate]
  /// What OpenSSL's own check found first; nil if all is well, or if it was told to look at nothing.
  public let verdict: TLSError.VerificationFailure?
}
