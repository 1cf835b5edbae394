import MemoryTLS

// What extensions say in words.

extension ExtensionType {
  /// What one says; nil if it is malformed. Digits for what is unknown.
  func words(in place: ExtensionPlace, _ reader: ByteReader) -> String? {
    switch rawValue {
    case 22, 23, 49: reader.isAtEnd ? "" : nil
    case 0: reader.isAtEnd && place != .clientHello ? "" : reader.serverNames
    case 1: reader.number(1) { maximumLengths[$0] ?? "\($0)" }
    case 5: reader.isAtEnd && place != .clientHello ? "" : reader.status(isRequest: place.isOffer)
    case 10: reader.vector(2)?.codePoints(NamedGroup.self)
    case 11: reader.vector(1)?.list(pointFormats)
    case 13, 50: reader.vector(2)?.codePoints(SignatureScheme.self)
    case 14: reader.protectionProfiles
    case 15: reader.number(1) { heartbeatModes[$0] ?? "\($0)" }
    case 16: reader.protocols
    case 17513, 17613: place == .clientHello ? reader.protocols : reader.hexadecimal
    case 18: reader.isAtEnd && place.isOffer ? "" : reader.timestamps
    case 19, 20: place.isOffer ? reader.vector(1)?.list(types) : reader.number(1, named: types)
    case 21: reader.all.allSatisfy { $0 == 0 } ? counted(reader.all.count, "byte") : nil
    case 27: reader.vector(1)?.numbers { compressionAlgorithms[$0] ?? "\($0)" }
    case 28: reader.number(2) { "\($0)" }
    case 42 where place == .newSessionTicket: reader.number(4) { counted($0, "byte") }
    case 42: reader.isAtEnd ? "" : nil
    case 43 where place == .clientHello: reader.vector(1)?.codePoints(ProtocolVersion.self)
    case 43: reader.one(ProtocolVersion.self)
    case 44: reader.vector(2)?.hexadecimal
    case 45: reader.vector(1)?.list(pskModes)
    case 47: reader.vector(2)?.distinguishedNames
    case 65281: reader.vector(1)?.hexadecimal
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

  /// RFC 6066 §8, RFC 8446 §4.4.2.1.
  fileprivate func status(isRequest: Bool) -> String? {
    var ahead = self
    guard ahead.byte() == 1 else { return hexadecimal }
    guard isRequest else {
      let response = ahead.vector(lengthBytes: 3)
      return ahead.isAtEnd ? response.map { "ocsp response of \(counted($0.count, "byte"))" } : nil
    }
    guard let responders = ahead.vectors(lengthBytes: 2, each: 2),
      let extensions = ahead.vector(lengthBytes: 2), ahead.isAtEnd
    else { return nil }
    let limits = responders.isEmpty ? [] : [counted(responders.count, "responder")]
    let more = extensions.isEmpty ? [] : ["\(counted(extensions.count, "byte")) of extensions"]
    return (["ocsp"] + limits + more).joined(separator: ", ")
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
