internal import COpenSSL

// The key log.

extension ContextHandle {
  func applySecretLogging(_ logging: SecretLogging) {
    guard logging == .asEvents else { return }
    unsafe SSL_CTX_set_keylog_callback(pointer) { unsafe noteSecret($0, $1) }
  }
}

/// `SSL_CTX_set_keylog_callback`: keeps the lines that RFC 9850 has labels for.
///
/// OpenSSL adds `CLIENT_TRAFFIC_SECRET_N` and the like for each KeyUpdate. They have no number, tell
/// nothing that the first secrets do not, and a peer could fill the queue with them.
private func noteSecret(_ ssl: OpaquePointer?, _ line: UnsafePointer<CChar>?) {
  guard let line = unsafe line, let reports = unsafe reports(of: ssl) else { return }
  let text = unsafe String(cString: line)
  guard text.prefix(while: { $0 != " " }).hasSuffix("_TRAFFIC_SECRET_N") else {
    reports.events.append(keyLog: text)
    return
  }
}
