// What the peer proved itself with. No question throws, in any state.

extension TLSEngine {
  /// The chain that was verified, from the peer's certificate to the authority's; it may differ from
  /// what the peer sent (`SSL_get0_verified_chain`). Where the peer's very certificate is believed
  /// (``Verification/PartialChains/accepted``), what follows it vouches for nothing.
  ///
  /// Empty before `.done`, for a resumed session, where no chain was asked for (trust in pins or in
  /// anyone), and if a ``VerificationHook`` accepted what OpenSSL had not.
  public var verifiedChain: [Certificate] {
    phase == .handshake ? [] : connection.verifiedChain
  }

  /// The OCSP response that a server stapled, in DER; nil if there is none, and on servers. After
  /// `.done` it has been verified against ``verifiedChain``, unless that is empty.
  public var stapledOCSPResponse: [UInt8]? { connection.stapledOCSPResponse }

  /// The signed certificate timestamps that a server gave, wherever they stood and in no particular
  /// order; nobody has verified them. Empty before `.done`, on servers, and if any of them is
  /// malformed (`SSL_get0_peer_scts`).
  public var signedCertificateTimestamps: [SignedCertificateTimestamp] {
    phase == .handshake || role == .server ? [] : connection.timestamps
  }
}
