/// A key that both ends have from elsewhere, with the name they call it by (RFC 8446 §4.2.11, RFC
/// 4279). Whoever has the key is believed to be the peer; no certificate is looked at then.
public struct ExternalPSK: Sendable, Hashable {
  /// What the client sends in the clear to say which key it has: 1 to 256 bytes, in TLS 1.2 without
  /// a 0 among them.
  public var identity: [UInt8]
  /// The secret, 16 to 256 bytes of a random generator: a password can be guessed offline (RFC 9257
  /// §4).
  public var key: [UInt8]
  /// The hash that the key is used with in TLS 1.3: only cipher suites with the same hash can use it.
  public var hash: Hash

  /// The hashes of TLS 1.3's cipher suites.
  public enum Hash: Sendable, Hashable {
    /// What a key without a hash has (RFC 8446 §4.2.11).
    case sha256
    /// For `TLS_AES_256_GCM_SHA384`.
    case sha384
  }

  /// A key with its name.
  public init(identity: [UInt8], key: [UInt8], hash: Hash = .sha256) {
    (self.identity, self.key, self.hash) = (identity, key, hash)
  }

  /// A key whose name is text.
  public init(identity: String, key: [UInt8], hash: Hash = .sha256) {
    self.init(identity: Array(identity.utf8), key: key, hash: hash)
  }
}

extension ExternalPSK: CustomStringConvertible, CustomReflectable {
  /// The name and the hash; never the key.
  public var description: String {
    "\"\(String(decoding: identity, as: UTF8.self))\" (\(hash))"
  }

  /// The same for `dump` and debuggers.
  public var customMirror: Mirror {
    Mirror(self, children: ["identity": identity, "hash": hash])
  }
}

/// The keys that an end has from elsewhere.
///
/// In TLS 1.3 any cipher suite of the key's hash serves; in TLS 1.2 those of
/// ``CipherSuite/preShared``, which have to be among the configuration's. A server that knows the
/// name it is told uses the key, and asks for no certificate even where one is required; one that
/// does not goes on with its certificates, or refuses if it has none. ``Negotiated/pskIdentity`` tells
/// which it was.
public struct PreSharedKeys: Sendable, Hashable {
  /// A client takes the first; a server finds them by name.
  public var keys: [ExternalPSK]
  /// Where a server looks for names that are not among ``keys``.
  public var lookUp: PSKLookUp?

  /// Some keys, and where to look for more.
  public init(_ keys: [ExternalPSK], lookUp: PSKLookUp? = nil) {
    (self.keys, self.lookUp) = (keys, lookUp)
  }
}

/// A server's way to find keys by name; equal only to itself.
public final class PSKLookUp: Sendable, Hashable {
  let find: @Sendable ([UInt8]) -> ExternalPSK?

  /// - Parameter find: Answers the key with this name, or nil. It runs inside an OpenSSL call, for
  ///   each name a client tells, tickets among them: it must not wait, and calling the engine from it
  ///   is a caller's fault that changes nothing. A key out of bounds counts as none.
  public init(_ find: @escaping @Sendable ([UInt8]) -> ExternalPSK?) { self.find = find }

  /// Whether they are the same object.
  public static func == (left: PSKLookUp, right: PSKLookUp) -> Bool { left === right }

  /// Hashes the object's identity.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

// MARK: - Checks

extension ExternalPSK {
  /// What is out of bounds; nil if nothing is.
  func flaw(_ versions: ClosedRange<ProtocolVersion>) -> String? {
    guard 1...256 ~= identity.count else {
      return "a PSK identity of \(identity.count) bytes is not within 1...256"
    }
    guard 16...256 ~= key.count else {
      return "PSK \(self) has \(key.count) bytes, which is not within 16...256"
    }
    guard versions.lowerBound > .tls12 || !identity.contains(0) else {
      return "PSK \(self) has a 0 in its identity, which TLSv1.2 cannot carry"
    }
    return nil
  }
}

extension PreSharedKeys {
  func check(_ configuration: TLSConfiguration) throws(TLSError) {
    guard !keys.isEmpty || lookUp != nil else { throw .configuration("an empty set of PSKs") }
    let first =
      configuration.versions.upperBound < .tls13
      ? nil : configuration.cipherSuites.first(where: \.isTLS13)
    for key in keys {
      if let flaw = key.flaw(configuration.versions) { throw .configuration(flaw) }
      guard let first, first.hash != key.hash else { continue }
      throw .configuration(
        """
        PSK \(key) does not fit the first cipher suite \(first), and OpenSSL would ignore it there: \
        put a suite of its hash first
        """)
    }
  }
}

extension CipherSuite {
  /// The hash of a suite of TLS 1.3.
  fileprivate var hash: ExternalPSK.Hash { rawValue == 0x1302 ? .sha384 : .sha256 }
}
