/// What an engine proves itself with: a certificate chain and the leaf's private key.
public struct Identity: Sendable, Hashable {
  /// The leaf first, then every intermediate; sent as it is (`SSL_MODE_NO_AUTO_CHAIN`: OpenSSL adds
  /// nothing from the trust store, which would verify our own chain at every handshake).
  ///
  /// A PKCS #12 file and a store have no order: there the leaf is the key's, and those who vouch for
  /// it follow.
  public var chain: Source
  /// The leaf's private key.
  public var key: Key
  /// What an encrypted key or PKCS #12 file is opened with, or a token's PIN. Nothing ever asks at a
  /// terminal.
  public var passphrase: String?
  /// A response in DER that a server staples to the chain for clients that ask (RFC 6066 §8). It is
  /// read when a context is made; a newer one takes a new context.
  public var ocspResponse: Source?

  /// Where a private key is.
  public enum Key: Sendable, Hashable {
    /// To be read: PKCS #8, encrypted or not, the traditional forms of RSA and EC keys, or PKCS #12;
    /// or whatever a store answers, whose key may stay in a token.
    case source(Source)
    /// Elsewhere: a closure signs.
    case signer(Signer)
  }

  /// A chain and key, read when a ``TLSContext`` is made. Where both are the same PKCS #12 file
  /// (RFC 7292) they are read as such.
  public init(chain: Source, key: Source, passphrase: String? = nil) {
    self.chain = chain
    self.key = .source(key)
    self.passphrase = passphrase
  }

  /// The key of a PKCS #12 file (RFC 7292) with its chain, read when a ``TLSContext`` is made.
  public init(pkcs12: Source, passphrase: String? = nil) {
    self.init(chain: pkcs12, key: pkcs12, passphrase: passphrase)
  }

  /// A chain, read when a ``TLSContext`` is made, and what signs for its leaf.
  public init(chain: Source, signer: Signer) {
    self.chain = chain
    key = .signer(signer)
  }
}

extension Identity: CustomStringConvertible, CustomReflectable {
  /// Where the chain and the key come from; never the passphrase or the key's bytes.
  public var description: String { "chain \(chain.label), key \(key.label)" }

  /// The same for `dump` and debuggers.
  public var customMirror: Mirror {
    Mirror(self, children: ["chain": chain.label, "key": key.label])
  }
}

extension Identity.Key {
  /// What an error message calls it.
  var label: String {
    switch self {
    case .source(let source): source.label
    case .signer: "(a signer)"
    }
  }
}
