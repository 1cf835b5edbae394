// Secrets for other protocols, made of the connection's own.

extension TLSEngine {
  /// Makes secret bytes that this end and its peer can make and nobody else (RFC 5705, RFC 8446
  /// §7.5). Source: `SSL_export_keying_material`.
  ///
  /// - Parameters:
  ///   - label: What they are for: 1 to 249 bytes of UTF-8. Registered ones begin with `EXPORTER`,
  ///     private ones with `EXPERIMENTAL` (RFC 5705 §4).
  ///   - context: More that both ends must agree on, up to 65,535 bytes; in TLS 1.2 up to 958
  ///     with the label (OpenSSL 3.0). None and an empty one are the same in TLS 1.3 and differ in
  ///     TLS 1.2.
  ///   - count: How many bytes: 1 to 8,160, which every hash can make (RFC 5869 §2.3).
  /// - Returns: that many bytes, the same at both ends.
  /// - Throws: `.handshakeIncomplete` before `.done` and during a renegotiation; `.invalidArgument`
  ///   for sizes out of range and for labels that TLS 1.2 uses itself. Both change nothing.
  public func exportKeyingMaterial(
    label: String, context: [UInt8]? = nil, count: Int
  ) throws(TLSError) -> [UInt8] {
    try enterForSecrets()
    let export = try KeyingMaterial(label: label, context: context, count: count, phase)
    return try connection.export(export, in: phase)
  }

  /// The same of the secrets that protect early data (0-RTT), TLS 1.3 alone (RFC 8446 §7.5).
  /// Source: `SSL_export_keying_material_early`.
  ///
  /// There is no proof that the peer is alive: whoever sends a recorded ClientHello again makes a
  /// server export the same bytes again (RFC 8446 §8). The parameters are those of
  /// ``exportKeyingMaterial(label:context:count:)``.
  /// - Throws: `.unavailable` unless early data was accepted, during the handshake as after it;
  ///   `.invalidArgument` for sizes out of range. Both change nothing.
  public func exportEarlyKeyingMaterial(
    label: String, context: [UInt8] = [], count: Int
  ) throws(TLSError) -> [UInt8] {
    try admit()
    let export = try KeyingMaterial(label: label, context: context, count: count, phase)
    // Without early data OpenSSL would take zeros for the secret.
    guard connection.hasAcceptedEarlyData else {
      throw .unavailable("no early data was accepted: there is no secret to export from", phase)
    }
    return try connection.exportEarly(export, in: phase)
  }

  /// What calls do first that need the secrets of a finished handshake.
  func enterForSecrets() throws(TLSError) {
    try admit()
    guard phase != .handshake, !connection.isRenegotiating else {
      throw .misuse(.handshakeIncomplete, phase)
    }
  }
}

/// A request for exported keying material, within its bounds.
struct KeyingMaterial {
  let label: String
  let context: [UInt8]?
  let count: Int

  init(
    label: String, context: [UInt8]?, count: Int, _ phase: TLSError.Phase
  ) throws(TLSError) {
    guard 1...249 ~= label.utf8.count else {
      throw .argument("a label of \(label.utf8.count) bytes is not within 1...249", phase)
    }
    guard (context ?? []).count <= 65535 else {
      throw .argument("a context of \(context?.count ?? 0) bytes exceeds 65535", phase)
    }
    guard 1...8160 ~= count else {
      throw .argument("\(count) bytes of keying material are not within 1...8160", phase)
    }
    (self.label, self.context, self.count) = (label, context, count)
  }
}
