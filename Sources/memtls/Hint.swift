import MemoryTLS
import MemoryTLSTransport

/// What to do about a failed handshake, where an option would help.
enum Hint {
  /// The end of a sentence; empty if there is nothing to advise. `role` is ours.
  static func forFailure<Failure>(_ error: StreamError<Failure>, role: Role) -> String {
    guard case .tls(let failure) = error, let verification = failure.verification else { return "" }
    let options = role == .server ? serverOptions : clientOptions
    return options[verification.code].map { "; \($0)" } ?? ""
  }

  /// By OpenSSL's `X509_V_ERR_` numbers (openssl-verification-options(1)).
  private static let clientOptions: [Int: String] = [
    18: "give --ca FILE if you trust this certificate, or --pin its SHA-256",
    19: "give --ca FILE if you trust this authority",
    20: "give --ca FILE with its issuer, if you trust that",
    21: "the peer may have sent too short a chain, or give --ca FILE with its issuer",
    62: "give --servername NAME if the certificate's name is right",
    64: "give --servername NAME if the certificate's name is right",
  ]

  private static let serverOptions: [Int: String] = [
    18: "give --client-ca FILE if you trust this certificate",
    19: "give --client-ca FILE if you trust this authority",
    20: "give --client-ca FILE with its issuer, if you trust that",
    21: "the peer may have sent too short a chain, or give --client-ca FILE with its issuer",
  ]
}
