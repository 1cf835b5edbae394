/// What an engine proves itself with: a certificate chain and the leaf's private key.
public struct Identity: Sendable, Hashable {
  /// The leaf first, then every intermediate; sent as it is (`SSL_MODE_NO_AUTO_CHAIN`: OpenSSL adds
  /// nothing from the trust store, which would verify our own chain at every handshake).
  public var chain: Source
  /// The leaf's private key: PKCS #8, encrypted or not, or the traditional forms of RSA and EC keys.
  public var key: Source
  /// What an encrypted key is opened with. Nothing ever asks at a terminal.
  public var passphrase: String?

  /// A chain and key, read when a ``TLSContext`` is made.
  public init(chain: Source, key: Source, passphrase: String? = nil) {
    self.chain = chain
    self.key = key
    self.passphrase = passphrase
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
