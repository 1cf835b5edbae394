import MemoryTLS

extension FieldReader {
  /// RFC 8446 §4.1.2.
  mutating func clientHello() throws(Malformed) {
    try codePoint("legacy_version", as: ProtocolVersion.self)
    try bytes("random", 32, .volatile)
    try sessionID()
    try vector("cipher_suites", lengthBytes: 2) { $0.codePoints(CipherSuite.self) }
    try vector("legacy_compression_methods", lengthBytes: 1) { $0.list(compressionMethods) }
    // A hello of old may end here.
    if !isAtEnd { try extensions(in: .clientHello) }
  }

  /// RFC 8446 §4.1.3, RFC 5246 §7.4.1.3.
  mutating func serverHello(isRetry: Bool) throws(Malformed) {
    try codePoint("legacy_version", as: ProtocolVersion.self)
    try bytes("random", 32, isRetry ? .stable : .volatile, describeServerRandom)
    try sessionID()
    try codePoint("cipher_suite", as: CipherSuite.self)
    try number("legacy_compression_method", 1) { compressionMethods[$0] ?? "\($0)" }
    if !isAtEnd { try extensions(in: isRetry ? .helloRetryRequest : .serverHello) }
  }

  private mutating func sessionID() throws(Malformed) {
    try vector("legacy_session_id", lengthBytes: 1, .volatile) { reader in
      let digits = reader.hexadecimal
      return digits.utf8.count <= 64 ? digits : nil
    }
  }

  /// The extensions with their length.
  mutating func extensions(in place: ExtensionPlace) throws(Malformed) {
    let count = try number("extensions_length", 2)
    guard count == remaining else { throw Malformed() }
    while !isAtEnd { try fieldOfExtension(in: place) }
  }

  /// RFC 8446 §4.6.1, RFC 5077 §3.3.
  mutating func newSessionTicket(_ version: ProtocolVersion) throws(Malformed) {
    try number("ticket_lifetime", 4) { "\($0) seconds" }
    guard version >= .tls13 else { return try vector("ticket", lengthBytes: 2, .volatile) }
    try number("ticket_age_add", 4, .volatile)
    try vector("ticket_nonce", lengthBytes: 1, .volatile)
    try vector("ticket", lengthBytes: 2, .volatile) { $0.isAtEnd ? nil : $0.hexadecimal }
    try extensions(in: .newSessionTicket)
  }

  /// RFC 8446 §4.6.3.
  mutating func keyUpdate() throws(Malformed) {
    let request = try number("request_update", 1) { updateRequests[$0] ?? "\($0)" }
    guard updateRequests[request] != nil else { throw Malformed() }
  }

  /// RFC 8446 §6.
  mutating func alert() throws(Malformed) {
    try number("level", 1) { alertLevels[$0] ?? "\($0)" }
    try codePoint("description", as: Alert.self)
  }
}

/// What a server says in its random (RFC 8446 §4.1.3).
private func describeServerRandom(_ random: ArraySlice<UInt8>) -> String {
  let digits = Hexadecimal.text(random)
  if Array(random) == HandshakeMessage.ServerHello.retryRandom {
    return "\(digits) (HelloRetryRequest)"
  }
  switch Array(random.suffix(8)) {
  case Array("DOWNGRD\u{1}".utf8): return "\(digits) (could have agreed on TLSv1.3)"
  case Array("DOWNGRD\u{0}".utf8): return "\(digits) (could have agreed on TLSv1.2)"
  default: return digits
  }
}

private let compressionMethods = [0: "null", 1: "DEFLATE", 64: "LZS"]
private let updateRequests = [0: "update_not_requested", 1: "update_requested"]
private let alertLevels = [1: "warning", 2: "fatal"]
