/// How a peer's chain is verified, beyond ``TLSConfiguration/trust``.
///
/// Everything but ``hook`` and ``time`` is about chains of authorities, and refused when a context is
/// made beside a trust that is in none.
public struct Verification: Sendable, Hashable {
  /// Authorities that are believed beside those of ``TLSConfiguration/trust``, PEM or DER.
  ///
  /// With ``Trust/system`` they cost the context a store of its own: a file of roots is read for it
  /// again, about 20 ms.
  public var additionalAuthorities: [Source] = []
  /// Lists of revoked certificates (CRLs), PEM or DER, any number in one; see ``revocation``. They
  /// cost as much as ``additionalAuthorities`` do.
  public var revocationLists: [Source] = []
  /// Which certificates are looked for in such lists (`X509_V_FLAG_CRL_CHECK`).
  public var revocation: Revocation = .unchecked
  /// What the peer's certificate has to be good for.
  public var purpose: Purpose = .byRole
  /// How many intermediate certificates a chain may have between the peer's own and the
  /// authority's; nil for OpenSSL's choice, 100 (`X509_VERIFY_PARAM_set_depth`).
  public var maximumDepth: Int?
  /// When certificates, CRLs and OCSP responses have to be valid, in seconds since 1970 in UTC; nil
  /// for now, by the system's clock (`X509_VERIFY_PARAM_set_time`).
  public var time: Int64?
  /// Whether a chain may end before a root.
  public var partialChains: PartialChains = .refused
  /// How many chains whose signatures were verified a context remembers, 0 to 65,536, at most about
  /// 350 bytes each; those used longest ago make room.
  ///
  /// Where a peer's whole chain is remembered, signatures are not verified again: 1.10 of the rate of
  /// full handshakes, 1.13 where both ends remember (P-256 throughout). All else is done each time: the
  /// chain is built up to an authority that is believed, and dates, names, purposes, key strengths and
  /// revocation are looked at. What is given up: a signature that was once taken for good by mistake,
  /// of a processor for instance, is not seen again. Source: `X509_STORE_CTX_set_verify`.
  public var rememberedChains = 0
  /// Sees every chain and OpenSSL's verdict on it.
  public var hook: VerificationHook?

  /// The defaults, which every property states.
  public init() {}

  /// Which certificates of a chain may not have been revoked.
  ///
  /// A certificate that is checked needs a CRL of its issuer that is in force, or is refused. Those
  /// of ``Trust/directory(_:)`` are looked for there as well, under names of their hash
  /// (`openssl rehash`).
  public enum Revocation: Sendable, Hashable {
    /// None is looked at.
    case unchecked
    /// The peer's own.
    case leaf
    /// All but the root.
    case chain
  }

  /// What a certificate is good for: its extendedKeyUsage and keyUsage (openssl-verification-options(1)).
  public enum Purpose: Sendable, Hashable {
    /// A server's certificate for servers, a client's for clients.
    case byRole
    /// TLS servers, also when a client shows it.
    case server
    /// TLS clients, also when a server shows it.
    case client
    /// Signed mail.
    case email
    /// Whatever it says.
    case any
  }

  /// Whether a certificate that is believed ends a chain without being self-signed.
  public enum PartialChains: Sendable, Hashable {
    /// No: a chain leads to a root.
    case refused
    /// Yes: an intermediate, or a peer's very certificate, can be among the authorities
    /// (`X509_V_FLAG_PARTIAL_CHAIN`).
    case accepted
  }
}
