/// Where a certificate, chain or key comes from. PEM and DER are told apart by their content.
public enum Source: Sendable, Hashable {
  /// The bytes themselves. In DER, a chain is one certificate after the other.
  case bytes([UInt8])
  /// A file's path; the file is read when the context is made.
  case file(String)
  /// What an OpenSSL store calls it (`OSSL_STORE_open_ex`): `file:/path`, or `pkcs11:token=…` where
  /// `openssl.cnf` activates a provider for that. It is opened when the context is made.
  case store(uri: String)

  /// PEM text.
  public static func pem(_ text: String) -> Source { .bytes(Array(text.utf8)) }

  /// What an error message calls it.
  var label: String {
    switch self {
    case .bytes(let bytes): "(\(bytes.count) bytes)"
    case .file(let path): path
    case .store(let uri): Self.withoutPIN(uri)
    }
  }

  /// A PKCS #11 URI may hold the token's PIN (`pin-value`, RFC 7512 §2.3), which no message repeats.
  private static func withoutPIN(_ uri: String) -> String {
    guard let start = uri.firstRange(of: "pin-value=")?.upperBound else { return uri }
    let end = uri[start...].firstIndex { "&;?".contains($0) } ?? uri.endIndex
    return uri[..<start] + "…" + withoutPIN(String(uri[end...]))
  }
}
