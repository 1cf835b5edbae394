/// Where a certificate, chain or key comes from. PEM and DER are told apart by their content.
public enum Source: Sendable, Hashable {
  /// The bytes themselves. In DER, a chain is one certificate after the other.
  case bytes([UInt8])
  /// A file's path; the file is read when the context is made.
  case file(String)

  /// PEM text.
  public static func pem(_ text: String) -> Source { .bytes(Array(text.utf8)) }

  /// What an error message calls it.
  var label: String {
    switch self {
    case .bytes(let bytes): "(\(bytes.count) bytes)"
    case .file(let path): path
    }
  }
}
