import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Signed certificate timestamps, read wherever they stand.
@Suite(.withAllAndNeededAlgorithms) struct SignedCertificateTimestampTests {
  @Test(arguments: versions, [CertificateTimestamps.unrequested, .requested])
  func `timestamps in a certificate are read`(
    version: ProtocolVersion, wanted: CertificateTimestamps
  ) throws {
    let leaf = try leaf(Self.list)
    let pair = try Settings(version).changed {
      $0.client.certificateTimestamps = wanted
      $0.server.identities = [leaf]
    }.pair()
    #expect(pair.client.engine.signedCertificateTimestamps.isEmpty)
    try pair.settle()
    #expect(pair.client.engine.signedCertificateTimestamps.count == 2)
    #expect(Set(pair.client.engine.signedCertificateTimestamps) == Self.timestamps(.certificate))
    #expect(pair.server.engine.signedCertificateTimestamps.isEmpty)
  }

  @Test(arguments: versions, wires)
  func `timestamps in the handshake are read by who asks`(
    version: ProtocolVersion, wire: Wire
  ) throws {
    let server = try TLSContext(Settings(version).server)
    #expect(Self.send(Self.list, from: server))
    for wanted in [CertificateTimestamps.unrequested, .requested] {
      let settings = Settings(version).changed { $0.client.certificateTimestamps = wanted }
      let pair = try EnginePair(client: TLSContext(settings.client), server: server, wire: wire)
      try pair.settle()
      let expected = wanted == .requested ? Self.timestamps(.handshake) : []
      #expect(pair.client.engine.signedCertificateTimestamps.count == expected.count)
      #expect(Set(pair.client.engine.signedCertificateTimestamps) == expected)
      pair.server.send(text(100))
      try pair.settle()
      #expect(pair.client.received == text(100))
    }
  }

  @Test(arguments: versions)
  func `a server without any is accepted`(version: ProtocolVersion) throws {
    let pair = try Settings(version).changed { $0.client.certificateTimestamps = .requested }.pair()
    try pair.settle()
    #expect(pair.client.engine.signedCertificateTimestamps.isEmpty)
  }

  @Test(arguments: versions)
  func `malformed timestamps never trap, nor spoil what follows`(version: ProtocolVersion) throws {
    for bytes in Self.malformed {
      let identity = try leaf(bytes)
      let server = try TLSContext(
        Settings(version).changed { $0.server.identities = [identity] }.server)
      #expect(Self.send(bytes, from: server))
      let settings = Settings(version).changed { $0.client.certificateTimestamps = .requested }
      let pair = try EnginePair(client: TLSContext(settings.client), server: server)
      try pair.settle()
      _ = pair.client.engine.signedCertificateTimestamps
      #expect(ERR_peek_error() == 0)
      pair.server.send(text(10))
      try pair.settle()
      #expect(pair.client.received == text(10))
    }
  }

  /// A list of two (RFC 6962 §3.3), signed by nobody.
  private static let list: [UInt8] = {
    let items = [0xA0, 0xB0].map { log -> [UInt8] in
      // Version, log, time, no extensions, ECDSA with SHA-256.
      var item: [UInt8] = [0] + [UInt8](repeating: UInt8(log), count: 32)
      item += [0, 0, 1, 0x8B, 0xCF, 0xE5, 0x68, 0, 0, 0, 4, 3, 0, 8]
      return item + [UInt8](repeating: 7, count: 8)
    }
    let lengthened = items.flatMap { item -> [UInt8] in [0, UInt8(item.count)] + item }
    return [0, UInt8(lengthened.count)] + lengthened
  }()

  private static func timestamps(
    _ source: SignedCertificateTimestamp.Source
  ) -> Set<SignedCertificateTimestamp> {
    let all = [UInt8(0xA0), 0xB0].map {
      SignedCertificateTimestamp(
        version: 0, logID: Array(repeating: $0, count: 32), timestamp: 1_700_000_000_000,
        source: source)
    }
    return Set(all)
  }

  private static let malformed: [[UInt8]] = {
    var lists: [[UInt8]] = [[], [0], [0, 0], [0, 1], [0, 3, 0, 1, 0], text(100), list + [0]]
    for index in stride(from: 0, to: list.count, by: 5) {
      var changed = list
      changed[index] ^= 0xFF
      lists.append(changed)
      lists.append(Array(list[..<index]))
    }
    return lists
  }()

  /// A server's identity with a list in its certificate.
  private func leaf(_ list: [UInt8]) throws -> Identity {
    let authority = Settings.authority
    let range = TestIdentity.validity
    var template = CertificateTemplate(
      commonName: "logged", notBefore: range.lowerBound, notAfter: range.upperBound - 1)
    template.names = [.dns("localhost")]
    let inner = octets(list)
    template.otherExtensions = ["1.3.6.1.4.1.11129.2.4.2": "DER:" + hexadecimal(inner)]
    let issued = try template.issue(
      .p256,
      by: IssuedCertificate(certificate: authority.certificate, privateKey: authority.privateKey))
    return Identity(chain: .bytes(issued.certificate), key: .bytes(issued.privateKey))
  }

  /// As a DER OCTET STRING of up to 255 bytes.
  private func octets(_ bytes: [UInt8]) -> [UInt8] {
    [4] + (bytes.count < 128 ? [] : [0x81]) + [UInt8(bytes.count)] + bytes
  }

  /// Makes a server's context send an extension 18 beside its certificate.
  private static func send(_ list: [UInt8], from context: TLSContext) -> Bool {
    let places = UInt32(
      SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE)
    let header = [UInt8(places >> 24), UInt8(places >> 16 & 0xFF), UInt8(places >> 8 & 0xFF)]
    let info = header + [UInt8(places & 0xFF), 0, 18, 0, UInt8(list.count)] + list
    return SSL_CTX_use_serverinfo_ex(
      context.handle.pointer, UInt32(SSL_SERVERINFOV2), info, info.count) == 1
  }
}
