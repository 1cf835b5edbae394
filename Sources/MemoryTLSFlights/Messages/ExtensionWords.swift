import MemoryTLS

// What extensions say in words.

extension ExtensionType {
  /// What one says; nil if it is malformed. Digits for what is unknown.
  func words(in place: ExtensionPlace, _ reader: ByteReader) -> String? {
    switch description {
    case "encrypt_then_mac", "extended_master_secret", "post_handshake_auth":
      reader.isAtEnd ? "" : nil
    case "server_name": reader.isAtEnd && place != .clientHello ? "" : reader.serverNames
    case "max_fragment_length": reader.number(1, named: maximumLengths)
    case "status_request": reader.status(in: place)
    case "supported_groups": reader.vector(2)?.codePoints(NamedGroup.self)
    case "ec_point_formats": reader.vector(1)?.list(pointFormats)
    case "signature_algorithms", "signature_algorithms_cert":
      reader.vector(2)?.codePoints(SignatureScheme.self)
    case "use_srtp": reader.protectionProfiles
    case "heartbeat": reader.number(1, named: heartbeatModes)
    case "application_layer_protocol_negotiation": reader.protocols
    case "signed_certificate_timestamp": reader.isAtEnd && place.isOffer ? "" : reader.timestamps
    case "client_certificate_type", "server_certificate_type":
      place.isOffer ? reader.vector(1)?.list(types) : reader.number(1, named: types)
    case "padding": reader.zeros
    case "compress_certificate":
      reader.vector(1)?.numbers { compressionAlgorithms[$0] ?? "\($0)" }
    case "record_size_limit": reader.number(2) { "\($0)" }
    case "early_data" where place == .newSessionTicket: reader.number(4) { counted($0, "byte") }
    case "early_data": reader.isAtEnd ? "" : nil
    case "supported_versions" where place == .clientHello:
      reader.vector(1)?.codePoints(ProtocolVersion.self)
    case "supported_versions": reader.one(ProtocolVersion.self)
    case "cookie": reader.vector(2)?.hexadecimal
    case "psk_key_exchange_modes": reader.vector(1)?.list(pskModes)
    case "certificate_authorities": reader.vector(2)?.distinguishedNames
    case "application_settings" where place == .clientHello,
      "application_settings_old" where place == .clientHello:
      reader.protocols
    case "renegotiation_info": reader.vector(1)?.hexadecimal
    default: reader.hexadecimal
    }
  }
}

extension ByteReader {
  /// RFC 6066 §3.
  fileprivate var serverNames: String? {
    guard var list = vector(2) else { return nil }
    var names: [String] = []
    while !list.isAtEnd {
      guard let type = list.byte(), let name = list.reader(lengthBytes: 2) else { return nil }
      names.append(type == 0 ? name.text : "type \(type) \(name.hexadecimal)")
    }
    return names.joined(separator: ", ")
  }

  /// RFC 6066 §8, RFC 8446 §4.4.2.1: a request, its acknowledgement, or the response.
  fileprivate func status(in place: ExtensionPlace) -> String? {
    var ahead = self
    if isAtEnd { return place == .clientHello ? nil : "" }
    guard ahead.byte() == 1 else { return hexadecimal }
    guard place == .clientHello else {
      return ahead.vector(3).map { "ocsp response of \(counted($0.all.count, "byte"))" }
    }
    guard let responders = ahead.vectors(lengthBytes: 2, each: 2),
      let extensions = ahead.vector(2)?.all
    else { return nil }
    let limits = responders.isEmpty ? [] : [counted(responders.count, "responder")]
    let more = extensions.isEmpty ? [] : ["\(counted(extensions.count, "byte")) of extensions"]
    return (["ocsp"] + limits + more).joined(separator: ", ")
  }

  /// RFC 7685 §3.
  fileprivate var zeros: String? {
    let bytes = all
    return bytes.allSatisfy { $0 == 0 } ? counted(bytes.count, "byte") : nil
  }

  /// RFC 5764 §4.1.1.
  fileprivate var protectionProfiles: String? {
    var ahead = self
    guard let profiles = ahead.uint16s(lengthBytes: 2),
      let identifier = ahead.vector(lengthBytes: 1), ahead.isAtEnd
    else { return nil }
    let names = profiles.map { number in
      secureProfiles[Int(number)] ?? "0x" + String(number, radix: 16)
    }
    let more = identifier.isEmpty ? [] : ["mki \(Hexadecimal.text(identifier))"]
    return (names + more).joined(separator: ", ")
  }

  /// RFC 7301 §3.1.
  fileprivate var protocols: String? {
    guard var list = vector(2) else { return nil }
    var names: [String] = []
    while !list.isAtEnd {
      guard let name = list.reader(lengthBytes: 1) else { return nil }
      names.append(name.text)
    }
    return names.joined(separator: ", ")
  }

  /// RFC 6962 §3.3.
  fileprivate var timestamps: String? {
    var ahead = self
    guard let list = ahead.vectors(lengthBytes: 2, each: 2), ahead.isAtEnd else { return nil }
    return counted(list.count, "timestamp")
  }
}

private let maximumLengths = [1: "512", 2: "1024", 3: "2048", 4: "4096"]
private let heartbeatModes = [1: "peer_allowed_to_send", 2: "peer_not_allowed_to_send"]
private let pskModes = [0: "psk_ke", 1: "psk_dhe_ke"]
private let types = [0: "X509", 1: "OpenPGP", 2: "RawPublicKey"]
private let pointFormats = [
  0: "uncompressed", 1: "ansiX962_compressed_prime", 2: "ansiX962_compressed_char2",
]
private let secureProfiles = [
  1: "SRTP_AES128_CM_HMAC_SHA1_80", 2: "SRTP_AES128_CM_HMAC_SHA1_32", 5: "SRTP_NULL_HMAC_SHA1_80",
  6: "SRTP_NULL_HMAC_SHA1_32", 7: "SRTP_AEAD_AES_128_GCM", 8: "SRTP_AEAD_AES_256_GCM",
]
/// RFC 8879 §3.
let compressionAlgorithms = [1: "zlib", 2: "brotli", 3: "zstd"]
