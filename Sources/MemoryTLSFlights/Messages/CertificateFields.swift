import MemoryTLS

extension FieldReader {
  /// RFC 8446 §4.4.2, RFC 5246 §7.4.2.
  mutating func certificates(_ version: ProtocolVersion) throws(Malformed) {
    let isNew = version >= .tls13
    if isNew { try vector("certificate_request_context", lengthBytes: 1, .volatile) }
    try group("certificate_list", lengthBytes: 3) { list throws(Malformed) in
      var count = 0
      while !list.isAtEnd, count < certificateLimit {
        count += 1
        try list.certificate(count, hasExtensions: isNew)
      }
      if !list.isAtEnd { try list.bytes("further certificates", list.remaining) }
      return counted(count, "certificate")
    }
  }

  private mutating func certificate(
    _ number: Int, hasExtensions: Bool
  ) throws(Malformed) {
    try vector("certificate \(number)", lengthBytes: 3) { describeCertificate($0.all) }
    guard hasExtensions else { return }
    try group("extensions \(number)", lengthBytes: 2) { list throws(Malformed) in
      var names: [String] = []
      while !list.isAtEnd { names.append("\(try list.fieldOfExtension(in: .certificate))") }
      return names.joined(separator: ", ")
    }
  }

  /// RFC 8446 §4.3.2, RFC 5246 §7.4.4.
  mutating func certificateRequest(_ version: ProtocolVersion) throws(Malformed) {
    guard version < .tls13 else {
      try vector("certificate_request_context", lengthBytes: 1, .volatile)
      return try extensions(in: .certificateRequest)
    }
    try vector("certificate_types", lengthBytes: 1) { $0.list(certificateTypes) }
    if version >= .tls12 {
      try vector("supported_signature_algorithms", lengthBytes: 2) {
        $0.codePoints(SignatureScheme.self)
      }
    }
    try vector("certificate_authorities", lengthBytes: 2) { $0.distinguishedNames }
  }

  /// RFC 8446 §4.4.3, RFC 5246 §7.4.8; before TLS 1.2 nothing says how it is signed.
  mutating func signature(_ version: ProtocolVersion) throws(Malformed) {
    if version >= .tls12 { try codePoint("algorithm", as: SignatureScheme.self) }
    try vector("signature", lengthBytes: 2, .volatile)
  }

  /// RFC 6066 §8.
  mutating func certificateStatus() throws(Malformed) {
    try number("status_type", 1) { $0 == 1 ? "ocsp" : "\($0)" }
    try vector("response", lengthBytes: 3)
  }

  /// RFC 8879 §4.
  mutating func compressedCertificate() throws(Malformed) {
    try number("algorithm", 2) { compressionAlgorithms[$0] ?? "\($0)" }
    try number("uncompressed_length", 3)
    try vector("compressed_certificate_message", lengthBytes: 3)
  }
}

/// Whose a certificate is, who vouches for it, and for how long.
private func describeCertificate(_ der: [UInt8]) -> String {
  guard let certificate = try? Certificate(der: der) else { return "\(der.count) bytes" }
  let (first, last) = (day(certificate.notBefore), day(certificate.notAfter))
  return "\(certificate.subject), issued by \(certificate.issuer), valid \(first) to \(last)"
}

/// The date of a second since 1970, in UTC.
private func day(_ seconds: Int64) -> String {
  // Years that begin in March, in eras of 400: leap days come last.
  let days = (seconds - (seconds % 86400 + 86400) % 86400) / 86400 + 719_468
  let era = (days - (days % 146_097 + 146_097) % 146_097) / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let monthFromMarch = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
  let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
}

/// More than any chain has: parsing costs, and a message of 16 MiB could hold five million.
private let certificateLimit = 100

/// RFC 5246 §7.4.4, RFC 8422 §5.5.
private let certificateTypes = [
  1: "rsa_sign", 2: "dss_sign", 3: "rsa_fixed_dh", 4: "dss_fixed_dh", 64: "ecdsa_sign",
  65: "rsa_fixed_ecdh", 66: "ecdsa_fixed_ecdh",
]
