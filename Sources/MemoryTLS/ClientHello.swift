/// A ClientHello as it was sent, for a server to look at before it answers (RFC 8446 §4.1.2).
///
/// OpenSSL has looked at its outline alone. What stands in an extension may still be malformed: it
/// reads as empty here, and the handshake fails over it if it goes on.
public struct ClientHello: Sendable, Hashable {
  /// The whole handshake message: a type, 3 bytes of length, and the body.
  public let message: [UInt8]
  /// The version field; 0x0303 (TLS 1.2) whenever 1.3 is offered too.
  public let legacyVersion: ProtocolVersion
  /// 32 bytes.
  public let random: [UInt8]
  /// At most 32 bytes, which a TLS 1.3 client makes up.
  public let legacySessionID: [UInt8]
  /// The cipher suites, most wanted first, with what stands there only to signal something.
  public let cipherSuites: [CipherSuite]
  /// The compression methods: 0 alone since TLS 1.3.
  public let legacyCompressionMethods: [UInt8]
  /// The extensions in their order, unknown ones too.
  public let extensions: [HelloExtension]

  /// Reads a handshake message strictly (RFC 8446 §4.1.2); nil if it is no ClientHello, or malformed.
  public init?(message: [UInt8]) {
    var reader = ByteReader(message)
    guard reader.byte() == 1, var body = reader.reader(lengthBytes: 3), reader.isAtEnd,
      let version = body.uint16(), let random = body.bytes(32),
      let sessionID = body.vector(lengthBytes: 1), sessionID.count <= 32,
      let suites = body.uint16s(lengthBytes: 2),
      let compressionMethods = body.vector(lengthBytes: 1),
      let extensions = HelloExtension.list(&body), body.isAtEnd
    else { return nil }
    self.message = message
    legacyVersion = ProtocolVersion(rawValue: version)
    self.random = random
    legacySessionID = sessionID
    cipherSuites = suites.map(CipherSuite.init(rawValue:))
    legacyCompressionMethods = compressionMethods
    self.extensions = extensions
  }
}

// MARK: - What stands in its extensions

extension ClientHello {
  /// The name of the server that is asked for (RFC 6066 §3), as it was sent.
  public var serverName: String? {
    guard var list = list(in: .serverName), list.byte() == 0,
      let name = list.vector(lengthBytes: 2)
    else { return nil }
    return String(decoding: name, as: UTF8.self)
  }

  /// The application protocols, most wanted first (RFC 7301 §3.1).
  public var applicationProtocols: [String] {
    guard var list = list(in: .applicationLayerProtocolNegotiation) else { return [] }
    var names: [String] = []
    while !list.isAtEnd {
      guard let name = list.vector(lengthBytes: 1) else { return [] }
      names.append(String(decoding: name, as: UTF8.self))
    }
    return names
  }

  /// The versions, most wanted first (RFC 8446 §4.2.1); without that extension the version field.
  public var versions: [ProtocolVersion] {
    guard self[.supportedVersions] != nil else { return [legacyVersion] }
    return values(of: .supportedVersions, lengthBytes: 1).map(ProtocolVersion.init(rawValue:))
  }

  /// The groups for key exchange, most wanted first (RFC 8446 §4.2.7).
  public var groups: [NamedGroup] {
    values(of: .supportedGroups, lengthBytes: 2).map(NamedGroup.init(rawValue:))
  }

  /// The schemes that the server may sign with, most wanted first (RFC 8446 §4.2.3).
  public var signatureSchemes: [SignatureScheme] {
    values(of: .signatureAlgorithms, lengthBytes: 2).map(SignatureScheme.init(rawValue:))
  }

  /// What an extension says; nil if it is not there.
  public subscript(type: ExtensionType) -> [UInt8]? {
    extensions.first { $0.type == type }?.bytes
  }

  private func list(in type: ExtensionType) -> ByteReader? {
    var reader = ByteReader(self[type] ?? [])
    return reader.reader(lengthBytes: 2)
  }

  private func values(of type: ExtensionType, lengthBytes: Int) -> [UInt16] {
    var reader = ByteReader(self[type] ?? [])
    return reader.uint16s(lengthBytes: lengthBytes) ?? []
  }
}

/// An extension of a hello: a type and bytes whose meaning depends on it (RFC 8446 §4.2).
public struct HelloExtension: Sendable, Hashable {
  /// Which extension it is.
  public let type: ExtensionType
  /// What it says.
  public let bytes: [UInt8]

  /// Reads a list with its length; a hello of old may end before it. nil if it is malformed.
  package static func list(_ body: inout ByteReader) -> [HelloExtension]? {
    guard !body.isAtEnd else { return [] }
    guard var block = body.reader(lengthBytes: 2) else { return nil }
    var extensions: [HelloExtension] = []
    while !block.isAtEnd {
      guard let type = block.uint16(), let bytes = block.vector(lengthBytes: 2) else { return nil }
      extensions.append(HelloExtension(type: ExtensionType(rawValue: type), bytes: bytes))
    }
    return extensions
  }
}
