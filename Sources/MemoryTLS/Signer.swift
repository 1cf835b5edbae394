/// A private key that is a closure: a security module, an agent or a remote service signs.
///
///     let signer = Signer { scheme, message in try agent.sign(message, with: scheme) }
///     configuration.identities = [Identity(chain: .file("server.pem"), signer: signer)]
///
/// The key is the one of the chain's leaf: EC, RSA or Ed25519. The scheme says how to sign: hash the
/// message where it names a hash, PKCS #1 or PSS with a salt as long as the hash; an ECDSA signature
/// is DER (RFC 8446 §4.2.3). In TLS 1.2 the curve in an ECDSA scheme's name means nothing. What a key
/// cannot do must not be among ``TLSConfiguration/signatureSchemes``.
///
/// The closure runs inside `step()`, on its thread, and the handshake waits for it; calling the same
/// engine from it is a caller's fault that changes nothing. If it throws, or what it made is no
/// signature by the leaf's key, the handshake fails with `.signingFailed` and the peer is told
/// internal_error. The key exchange of TLS 1.2 without forward secrecy (static RSA) decrypts, which a
/// signer cannot.
public final class Signer: Sendable {
  let sign: @Sendable (SignatureScheme, [UInt8]) throws -> [UInt8]

  /// A key that signs by calling this, from several threads at once if several handshakes run.
  public init(
    sign: @escaping @Sendable (_ scheme: SignatureScheme, _ message: [UInt8]) throws -> [UInt8]
  ) {
    self.sign = sign
  }
}

extension Signer: Hashable {
  /// Whether both are the same object.
  public static func == (left: Signer, right: Signer) -> Bool { left === right }

  /// Hashes which object it is.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
