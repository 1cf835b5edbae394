/// How a peer's chain is verified, beyond ``TLSConfiguration/trust``.
public struct Verification: Sendable, Hashable {
  /// Sees every chain and OpenSSL's verdict on it.
  public var hook: VerificationHook?

  /// The defaults, which every property states.
  public init() {}
}
