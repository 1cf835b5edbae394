/// Which end of the connection an engine is.
public enum Role: Sendable, Hashable {
  /// Speaks first, and says whom it expects to answer.
  case client(ServerIdentity)
  /// Answers a client; needs an ``Identity`` in its configuration.
  case server

  /// The direction of what this end sends.
  public var sending: Direction { self == .server ? .serverToClient : .clientToServer }
}

/// Whom a client expects at the other end. There is no default on purpose.
public enum ServerIdentity: Sendable, Hashable {
  /// A DNS name, in ASCII (punycode for others): sent as SNI, and looked for in the certificate's
  /// subjectAltName. Whole-label wildcards match; the common name is never looked at (RFC 9525).
  case name(String)
  /// An IPv4 or IPv6 address as text, without brackets: looked for in the certificate; never sent
  /// (RFC 6066 §3 keeps addresses out of SNI).
  case address(String)
  /// Whoever holds a key or certificate of ``Trust/pins(_:)``; needs that trust. A name given here
  /// is sent as SNI and not checked.
  case pinned(serverName: String? = nil)
  /// Anyone whose chain is trusted. A name given here is sent as SNI and not checked.
  case unchecked(serverName: String? = nil)

  /// The identity that a URL's host stands for: an address if it is one, else a name.
  public static func host(_ host: String) -> ServerIdentity {
    AddressText.isAddress(host) ? .address(host) : .name(host)
  }

  /// What is sent as SNI, before it is checked.
  var serverName: String? {
    switch self {
    case .name(let name): name
    case .address: nil
    case .pinned(let name), .unchecked(let name): name
    }
  }
}
