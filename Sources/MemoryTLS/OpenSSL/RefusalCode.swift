internal import COpenSSL

extension Alert {
  /// The alert, or handshake_failure for one that OpenSSL does not know and would not send
  /// (`tls13_alert_code`).
  var knownToOpenSSL: Alert {
    let isKnown = Self.registeredNames[rawValue] != nil && ![41, 121].contains(rawValue)
    return isKnown ? self : .handshakeFailure
  }

  /// The `X509_V_ERR_` number from which OpenSSL makes this alert when a certificate is refused
  /// (`ssl_x509err2alert`). It can make these; any other becomes bad_certificate.
  var refusalCode: CInt {
    switch self {
    case .handshakeFailure: X509_V_ERR_APPLICATION_VERIFICATION
    case .unsupportedCertificate: X509_V_ERR_INVALID_PURPOSE
    case .certificateRevoked: X509_V_ERR_CERT_REVOKED
    case .certificateExpired: X509_V_ERR_CERT_HAS_EXPIRED
    // A number that the table does not have.
    case .certificateUnknown: X509_V_ERR_SUBTREE_MINMAX
    case .unknownCA: X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT
    case .decryptError: X509_V_ERR_CERT_SIGNATURE_FAILURE
    case .internalError: X509_V_ERR_UNSPECIFIED
    default: X509_V_ERR_CERT_REJECTED
    }
  }
}
