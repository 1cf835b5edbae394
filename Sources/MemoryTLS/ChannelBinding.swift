/// What ties an authentication inside a connection to that very connection (RFC 5056): both ends
/// compute it, and a man in the middle, who has two connections, gets two values.
public enum ChannelBinding: String, Sendable, Hashable, CaseIterable {
  /// Keying material of its own, 32 bytes (RFC 9266). In TLS 1.2 it needs the extended master secret,
  /// and is not defined where renegotiation is allowed.
  case tlsExporter = "tls-exporter"
  /// The hash of the server's certificate, 32 to 64 bytes (RFC 5929 §4). All connections with that
  /// certificate have the same, so that it helps whoever ends TLS elsewhere.
  case tlsServerEndPoint = "tls-server-end-point"
  /// The first Finished message of the latest handshake, 12 bytes (RFC 5929 §3): TLS 1.2 alone, and
  /// only with the extended master secret.
  case tlsUnique = "tls-unique"
}

extension TLSEngine {
  /// The connection's channel binding, the same at both ends.
  ///
  /// - Throws: `.handshakeIncomplete` before `.done` and during a renegotiation; `.unavailable`
  ///   where this kind is not defined for this connection, with the reason. Both change nothing.
  public func channelBinding(_ kind: ChannelBinding) throws(TLSError) -> [UInt8] {
    try enterForSecrets()
    switch kind {
    case .tlsExporter:
      // RFC 9266: with renegotiation it is not defined, since the secrets would change under it.
      guard !mayRenegotiate else {
        throw .unavailable("tls-exporter is not defined where renegotiation is allowed", phase)
      }
      try requireExtendedMasterSecret(for: kind)
      return try exportKeyingMaterial(label: "EXPORTER-Channel-Binding", context: [], count: 32)
    case .tlsServerEndPoint:
      return try serverEndPoint()
    case .tlsUnique:
      // RFC 9266 §1.
      guard connection.version == .tls12 else {
        throw .unavailable("tls-unique is not defined for \(connection.version)", phase)
      }
      try requireExtendedMasterSecret(for: kind)
      return connection.firstFinished(as: role)
    }
  }

  /// Without it a man in the middle can give two connections the same master secret (RFC 7627 §1).
  private func requireExtendedMasterSecret(for kind: ChannelBinding) throws(TLSError) {
    guard connection.version == .tls13 || connection.hasExtendedMasterSecret else {
      throw .unavailable(
        "\(kind.rawValue) needs the extended master secret, which the peer does not support", phase)
    }
  }

  private func serverEndPoint() throws(TLSError) -> [UInt8] {
    guard pskIdentity == nil else {
      throw .unavailable("tls-server-end-point needs a certificate: a PSK proved the peer", phase)
    }
    // A resumption names no certificate, and OpenSSL answers with any of ours.
    if role == .server, connection.isResumed,
      context.configuration.identities.count > 1
    {
      throw .unavailable("a resumed server with several identities cannot tell which it was", phase)
    }
    switch connection.serverEndPoint(as: role) {
    case .hash(let bytes):
      return bytes
    case .noCertificate:
      throw .unavailable("tls-server-end-point needs a server's certificate: there is none", phase)
    case .noHash(let algorithm):
      throw .unavailable(
        "tls-server-end-point is not defined for a certificate signed with \(algorithm)", phase)
    }
  }
}
