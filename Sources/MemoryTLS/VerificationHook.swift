/// A closure that sees each chain once OpenSSL has judged it, and may be stricter.
///
/// It runs inside ``TLSEngine/step()``, on that thread, and must not call the engine; it is not
/// asked about resumed sessions, whose certificates were accepted before
/// (`SSL_CTX_set_cert_verify_callback`). A decision that takes time is
/// ``Decision/peerCertificate(_:)``. Two hooks are equal if they are the same object.
public final class VerificationHook: Sendable {
  let judge: @Sendable (PeerChain) -> Verdict

  /// A hook that asks the closure.
  public init(_ judge: @escaping @Sendable (PeerChain) -> Verdict) { self.judge = judge }

  /// What a hook makes of a chain.
  public enum Verdict: Sendable, Hashable {
    /// What OpenSSL found stands: ``PeerChain/verdict``.
    case standsAsItIs
    /// The peer is refused and told so. OpenSSL can send handshake_failure, bad_certificate,
    /// unsupported_certificate, certificate_revoked, certificate_expired, certificate_unknown,
    /// unknown_ca, decrypt_error and internal_error here; any other becomes bad_certificate.
    case refused(Alert)
    /// The peer is accepted, whatever OpenSSL found: the connection may be with an attacker.
    /// ``TLSEngine/verifiedChain`` is empty then, unless OpenSSL found nothing wrong.
    case acceptedInsecurely
  }
}

extension VerificationHook: Hashable {
  /// Whether they are the same object.
  public static func == (left: VerificationHook, right: VerificationHook) -> Bool {
    left === right
  }

  /// By identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
