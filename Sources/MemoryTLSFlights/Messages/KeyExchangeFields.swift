import MemoryTLS

// The key exchange before TLS 1.3, whose form the cipher suite tells.

extension FieldReader {
  /// RFC 5246 §7.4.3, RFC 8422 §5.4, RFC 4279 §2.
  mutating func serverKeyExchange(
    _ version: ProtocolVersion, _ suite: CipherSuite?
  ) throws(Malformed) {
    guard let exchange = suite?.keyExchange else { return try opaqueKeyExchange() }
    let hasKey = exchange.contains("PSK")
    if hasKey { try vector("psk_identity_hint", lengthBytes: 2) { $0.text } }
    if exchange.hasPrefix("ECDH") {
      try curve()
    } else if exchange.hasPrefix("DH") || exchange == "PSK_DHE" {
      try vector("dh_p", lengthBytes: 2)
      try vector("dh_g", lengthBytes: 2)
      try vector("dh_Ys", lengthBytes: 2, .volatile)
    } else {
      return try opaqueKeyExchange()
    }
    if !hasKey, !exchange.contains("_anon") { try signature(version) }
  }

  private mutating func curve() throws(Malformed) {
    let type = try number("curve_type", 1) { $0 == 3 ? "named_curve" : "\($0)" }
    // Curves in full, with prime and all, which nobody uses (RFC 8422 §5.4).
    guard type == 3 else { return try opaqueKeyExchange() }
    try codePoint("named_curve", as: NamedGroup.self)
    try vector("public", lengthBytes: 1, .volatile)
  }

  /// RFC 5246 §7.4.7, RFC 8422 §5.7, RFC 4279 §2.
  mutating func clientKeyExchange(_ suite: CipherSuite?) throws(Malformed) {
    guard let exchange = suite?.keyExchange else { return try opaqueKeyExchange() }
    if exchange.contains("PSK") { try vector("psk_identity", lengthBytes: 2) { $0.text } }
    if exchange.hasPrefix("ECDH") {
      try vector("ecdh_Yc", lengthBytes: 1, .volatile)
    } else if exchange.hasPrefix("DH") || exchange == "PSK_DHE" {
      try vector("dh_Yc", lengthBytes: 2, .volatile)
    } else if exchange.hasPrefix("RSA") {
      try vector("encrypted_pre_master_secret", lengthBytes: 2, .volatile)
    } else {
      try opaqueKeyExchange()
    }
  }

  private mutating func opaqueKeyExchange() throws(Malformed) {
    if !isAtEnd { try bytes("exchange_keys", remaining, .volatile) }
  }
}

extension CipherSuite {
  /// How keys are exchanged, such as `ECDHE_RSA`; nil for the suites of TLS 1.3, and unknown ones.
  var keyExchange: String? {
    let name = description
    guard name.hasPrefix("TLS_"), let end = name.firstRange(of: "_WITH_") else { return nil }
    return String(name[..<end.lowerBound].dropFirst(4))
  }
}
