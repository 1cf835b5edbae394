/// A TLS alert's description (RFC 8446 §6).
public struct Alert: CodePoint {
  /// The alert's second byte.
  public let rawValue: UInt8

  /// Any value, registered or not.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// 0: the sender writes no more; the only clean end.
  public static let closeNotify = Self(rawValue: 0)
  /// 10: a message that has no place here.
  public static let unexpectedMessage = Self(rawValue: 10)
  /// 20: a record that did not decrypt.
  public static let badRecordMAC = Self(rawValue: 20)
  /// 22: a record longer than the protocol allows.
  public static let recordOverflow = Self(rawValue: 22)
  /// 40: no acceptable set of parameters.
  public static let handshakeFailure = Self(rawValue: 40)
  /// 42: a certificate that is corrupt or was not accepted.
  public static let badCertificate = Self(rawValue: 42)
  /// 43: a certificate of a kind that does not serve.
  public static let unsupportedCertificate = Self(rawValue: 43)
  /// 44: a certificate that its issuer took back.
  public static let certificateRevoked = Self(rawValue: 44)
  /// 45: a certificate outside its validity.
  public static let certificateExpired = Self(rawValue: 45)
  /// 46: a certificate not accepted for another reason.
  public static let certificateUnknown = Self(rawValue: 46)
  /// 47: a field out of range or inconsistent.
  public static let illegalParameter = Self(rawValue: 47)
  /// 48: the chain leads to no trusted authority.
  public static let unknownCA = Self(rawValue: 48)
  /// 49: known, and not allowed to go on.
  public static let accessDenied = Self(rawValue: 49)
  /// 50: a message that cannot be parsed.
  public static let decodeError = Self(rawValue: 50)
  /// 51: a signature or a Finished that does not verify.
  public static let decryptError = Self(rawValue: 51)
  /// 70: no common version.
  public static let protocolVersion = Self(rawValue: 70)
  /// 80: the sender failed for reasons of its own.
  public static let internalError = Self(rawValue: 80)
  /// 100: a renegotiation is refused (a warning).
  public static let noRenegotiation = Self(rawValue: 100)
  /// 112: no server of the name that was asked for (RFC 6066 §3).
  public static let unrecognizedName = Self(rawValue: 112)
  /// 113: a stapled OCSP response that does not satisfy, or none (RFC 6066 §8).
  public static let badCertificateStatusResponse = Self(rawValue: 113)
  /// 116: a client certificate was required and none came.
  public static let certificateRequired = Self(rawValue: 116)
  /// 120: no common application protocol (RFC 7301 §3.2).
  public static let noApplicationProtocol = Self(rawValue: 120)

  /// The registered names of the values this library knows.
  public static let registeredNames: [UInt8: String] = [
    0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 21: "decryption_failed",
    22: "record_overflow", 30: "decompression_failure", 40: "handshake_failure",
    41: "no_certificate", 42: "bad_certificate", 43: "unsupported_certificate",
    44: "certificate_revoked", 45: "certificate_expired", 46: "certificate_unknown",
    47: "illegal_parameter", 48: "unknown_ca", 49: "access_denied", 50: "decode_error",
    51: "decrypt_error", 60: "export_restriction", 70: "protocol_version",
    71: "insufficient_security", 80: "internal_error", 86: "inappropriate_fallback",
    90: "user_canceled", 100: "no_renegotiation", 109: "missing_extension",
    110: "unsupported_extension", 111: "certificate_unobtainable", 112: "unrecognized_name",
    113: "bad_certificate_status_response", 114: "bad_certificate_hash_value",
    115: "unknown_psk_identity", 116: "certificate_required", 120: "no_application_protocol",
    121: "ech_required",
  ]
}
