public import MemoryTLS

// What both sides prove themselves with.

extension HandshakeMessage {
  /// A Certificate message (RFC 8446 §4.4.2, RFC 5246 §7.4.2).
  public struct CertificateList: Sendable, Hashable {
    /// What a request is named by; empty in handshakes, and before TLS 1.3.
    public let requestContext: [UInt8]
    /// The certificates in DER, the sender's own first.
    public let certificates: [[UInt8]]
    /// What stands beside each of them; nothing before TLS 1.3.
    public let extensions: [[HelloExtension]]

    init?(_ reader: inout ByteReader, _ version: ProtocolVersion) {
      let isNew = version >= .tls13
      guard let context = isNew ? reader.vector(lengthBytes: 1) : [],
        var list = reader.reader(lengthBytes: 3)
      else { return nil }
      var certificates: [[UInt8]] = []
      var extensions: [[HelloExtension]] = []
      while !list.isAtEnd {
        guard let certificate = list.vector(lengthBytes: 3) else { return nil }
        certificates.append(certificate)
        guard isNew else { continue }
        guard !list.isAtEnd, let beside = HelloExtension.list(&list) else { return nil }
        extensions.append(beside)
      }
      requestContext = context
      (self.certificates, self.extensions) = (certificates, extensions)
    }
  }

  /// A CertificateRequest (RFC 8446 §4.3.2, RFC 5246 §7.4.4).
  public struct CertificateRequest: Sendable, Hashable {
    /// What the answer is to be named by; empty in handshakes, and before TLS 1.3.
    public let context: [UInt8]
    /// The kinds of certificates; none since TLS 1.3.
    public let certificateTypes: [UInt8]
    /// The schemes that the server can verify, most wanted first.
    public let signatureSchemes: [SignatureScheme]
    /// The names of authorities in DER.
    public let authorities: [[UInt8]]
    /// What else it says; nothing before TLS 1.3.
    public let extensions: [HelloExtension]

    init?(_ reader: inout ByteReader, _ version: ProtocolVersion) {
      if version >= .tls13 { self.init(tls13: &reader) } else { self.init(old: &reader, version) }
    }

    private init?(tls13 reader: inout ByteReader) {
      guard let context = reader.vector(lengthBytes: 1), !reader.isAtEnd,
        let extensions = HelloExtension.list(&reader)
      else { return nil }
      func bytes(_ type: ExtensionType) -> ByteReader {
        ByteReader(extensions.first { $0.type == type }?.bytes ?? [])
      }
      var (schemes, authorities) = (bytes(.signatureAlgorithms), bytes(.certificateAuthorities))
      self.context = context
      certificateTypes = []
      signatureSchemes = (schemes.uint16s(lengthBytes: 2) ?? []).map { .init(rawValue: $0) }
      self.authorities = authorities.vectors(lengthBytes: 2, each: 2) ?? []
      self.extensions = extensions
    }

    private init?(old reader: inout ByteReader, _ version: ProtocolVersion) {
      guard let types = reader.vector(lengthBytes: 1),
        let schemes = version >= .tls12 ? reader.uint16s(lengthBytes: 2) : [],
        let authorities = reader.vectors(lengthBytes: 2, each: 2)
      else { return nil }
      context = []
      certificateTypes = types
      signatureSchemes = schemes.map { .init(rawValue: $0) }
      self.authorities = authorities
      extensions = []
    }
  }

  /// A CertificateVerify (RFC 8446 §4.4.3, RFC 5246 §7.4.8).
  public struct CertificateVerify: Sendable, Hashable {
    /// What it is signed with.
    public let scheme: SignatureScheme
    /// The signature.
    public let signature: [UInt8]

    init?(_ reader: inout ByteReader) {
      guard let scheme = reader.uint16(), let signature = reader.vector(lengthBytes: 2) else {
        return nil
      }
      self.scheme = SignatureScheme(rawValue: scheme)
      self.signature = signature
    }
  }

  /// A NewSessionTicket (RFC 8446 §4.6.1, RFC 5077 §3.3).
  public struct NewSessionTicket: Sendable, Hashable {
    /// How long it is good for, in seconds; 0 in TLS 1.2 where the server does not say.
    public let lifetime: UInt32
    /// What its age is hidden with; 0 before TLS 1.3.
    public let ageAdd: UInt32
    /// What makes its key different from that of other tickets; empty before TLS 1.3.
    public let nonce: [UInt8]
    /// The ticket.
    public let ticket: [UInt8]
    /// What else it says; nothing before TLS 1.3.
    public let extensions: [HelloExtension]

    init?(_ reader: inout ByteReader, _ version: ProtocolVersion) {
      let isNew = version >= .tls13
      guard let lifetime = reader.uint32(), let ageAdd = isNew ? reader.uint32() : 0,
        let nonce = isNew ? reader.vector(lengthBytes: 1) : [],
        let ticket = reader.vector(lengthBytes: 2), !isNew || !(ticket.isEmpty || reader.isAtEnd),
        let extensions = isNew ? HelloExtension.list(&reader) : []
      else { return nil }
      (self.lifetime, self.ageAdd, self.nonce) = (lifetime, ageAdd, nonce)
      (self.ticket, self.extensions) = (ticket, extensions)
    }
  }
}

extension ByteReader {
  /// A big-endian number of 4 bytes.
  mutating func uint32() -> UInt32? { bytes(4)?.reduce(0) { $0 << 8 | UInt32($1) } }

  /// A vector of vectors.
  mutating func vectors(lengthBytes: Int, each itemLengthBytes: Int) -> [[UInt8]]? {
    guard var list = reader(lengthBytes: lengthBytes) else { return nil }
    var items: [[UInt8]] = []
    while !list.isAtEnd {
      guard let item = list.vector(lengthBytes: itemLengthBytes) else { return nil }
      items.append(item)
    }
    return items
  }
}
