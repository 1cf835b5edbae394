/// The type of an extension (RFC 8446 §4.2).
public struct ExtensionType: CodePoint {
  /// Two bytes as they stand on the wire.
  public let rawValue: UInt16

  /// Any value, registered or not.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// 0: which server is asked for (RFC 6066 §3).
  public static let serverName = Self(rawValue: 0)
  /// 10: groups for key exchange (RFC 8446 §4.2.7).
  public static let supportedGroups = Self(rawValue: 10)
  /// 13: schemes that may sign (RFC 8446 §4.2.3).
  public static let signatureAlgorithms = Self(rawValue: 13)
  /// 16: application protocols (RFC 7301).
  public static let applicationLayerProtocolNegotiation = Self(rawValue: 16)
  /// 41: keys that both ends have already (RFC 8446 §4.2.11).
  public static let preSharedKey = Self(rawValue: 41)
  /// 42: data before the handshake is done (RFC 8446 §4.2.10).
  public static let earlyData = Self(rawValue: 42)
  /// 43: versions (RFC 8446 §4.2.1).
  public static let supportedVersions = Self(rawValue: 43)
  /// 47: names of authorities that may have issued certificates (RFC 8446 §4.2.4).
  public static let certificateAuthorities = Self(rawValue: 47)
  /// 51: public keys for key exchange (RFC 8446 §4.2.8).
  public static let keyShare = Self(rawValue: 51)

  /// The names of the values this library knows: the registered ones, and some that are in use without.
  public static let registeredNames: [UInt16: String] = [
    0: "server_name", 1: "max_fragment_length", 2: "client_certificate_url",
    3: "trusted_ca_keys", 4: "truncated_hmac", 5: "status_request", 6: "user_mapping",
    7: "client_authz", 8: "server_authz", 9: "cert_type", 10: "supported_groups",
    11: "ec_point_formats", 12: "srp", 13: "signature_algorithms", 14: "use_srtp",
    15: "heartbeat", 16: "application_layer_protocol_negotiation", 17: "status_request_v2",
    18: "signed_certificate_timestamp", 19: "client_certificate_type",
    20: "server_certificate_type", 21: "padding", 22: "encrypt_then_mac",
    23: "extended_master_secret", 24: "token_binding", 25: "cached_info", 26: "tls_lts",
    27: "compress_certificate", 28: "record_size_limit", 29: "pwd_protect", 30: "pwd_clear",
    31: "password_salt", 32: "ticket_pinning", 33: "tls_cert_with_extern_psk",
    34: "delegated_credential", 35: "session_ticket", 36: "TLMSP", 37: "TLMSP_proxying",
    38: "TLMSP_delegate", 39: "supported_ekt_ciphers", 41: "pre_shared_key", 42: "early_data",
    43: "supported_versions", 44: "cookie", 45: "psk_key_exchange_modes",
    47: "certificate_authorities", 48: "oid_filters", 49: "post_handshake_auth",
    50: "signature_algorithms_cert", 51: "key_share", 52: "transparency_info",
    53: "connection_id_deprecated", 54: "connection_id", 55: "external_id_hash",
    56: "external_session_id", 57: "quic_transport_parameters", 58: "ticket_request",
    59: "dnssec_chain", 60: "sequence_number_encryption_algorithms", 61: "rrc",
    62: "tls_flags", 13172: "next_protocol_negotiation", 17513: "application_settings_old",
    17613: "application_settings", 30032: "channel_id", 64768: "ech_outer_extensions",
    65037: "encrypted_client_hello", 65281: "renegotiation_info",
  ]
}
