import MemoryTLS
import MemoryTLSTesting
import Testing

/// A way for a handshake to fail at one end, and what that end says of it.
struct FailureKind: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let isAtServer: Bool
  let settings: Settings
  var identity = ServerIdentity.name("localhost")
  let code: TLSError.Code
  let alert: Alert
  /// OpenSSL's number for what verification found.
  var verification: Int?

  static func all(_ version: ProtocolVersion) -> [FailureKind] {
    ofCertificates(version) + ofAgreement(version)
  }

  private static func ofCertificates(_ version: ProtocolVersion) -> [FailureKind] {
    let plain = Settings(version)
    func client(
      _ name: String, _ alert: Alert, _ verification: Int, as identity: ServerIdentity? = nil,
      _ change: (inout Settings) -> Void
    ) -> FailureKind {
      FailureKind(
        testDescription: name, isAtServer: false, settings: plain.changed(change),
        identity: identity ?? .name("localhost"), code: .verificationFailed, alert: alert,
        verification: verification)
    }
    func server(
      _ name: String, _ alert: Alert, _ verification: Int?, _ change: (inout Settings) -> Void
    ) -> FailureKind {
      FailureKind(
        testDescription: name, isAtServer: true, settings: plain.mutual.changed(change),
        code: .verificationFailed, alert: alert, verification: verification)
    }
    let noCertificate: Alert = version == .tls13 ? .certificateRequired : .handshakeFailure
    return [
      client("unknown CA", .unknownCA, 20) { $0.client.trust = Settings.stranger.trust },
      client("wrong name", .badCertificate, 62, as: .name("example.org")) { _ in },
      client("wrong address", .badCertificate, 64, as: .address("127.0.0.1")) { _ in },
      client("wrong pin", .badCertificate, 28) {
        $0.client.trust = .pins([.certificate(sha256: text(32))])
      },
      client("expired", .certificateExpired, 10) { $0.server.identities = [expired.identity] },
      client("not yet valid", .badCertificate, 9) { $0.server.identities = [future.identity] },
      client("wrong purpose", .unsupportedCertificate, 26) {
        $0.server.identities = [misused.identity]
      },
      server("unknown CA of a client", .unknownCA, 20) {
        $0.client.identities = [Settings.strangeUser.identity]
      },
      server("expired client", .certificateExpired, 10) {
        $0.client.identities = [expiredUser.identity]
      },
      server("missing client certificate", noCertificate, nil) { $0.client.identities = [] },
    ]
  }

  private static func ofAgreement(_ version: ProtocolVersion) -> [FailureKind] {
    let plain = Settings(version)
    let other: ProtocolVersion = version == .tls12 ? .tls13 : .tls12
    let (one, two): (CipherSuite, CipherSuite) =
      version == .tls13
      ? (CipherSuite(rawValue: 0x1301), CipherSuite(rawValue: 0x1303))
      : (CipherSuite(rawValue: 0xC02B), CipherSuite(rawValue: 0xCCA9))
    func server(
      _ name: String, _ alert: Alert, _ change: (inout Settings) -> Void
    ) -> FailureKind {
      FailureKind(
        testDescription: name, isAtServer: true, settings: plain.changed(change),
        code: .protocolFailure, alert: alert)
    }
    return [
      server("no common version", .protocolVersion) { $0.client.versions = other...other },
      server("no common cipher", .handshakeFailure) {
        $0.client.cipherSuites = [one]
        $0.server.cipherSuites = [two]
      },
      server("no common group", .handshakeFailure) {
        $0.client.groups = [.x25519]
        $0.server.groups = [.secp384r1]
      },
      server("no common signature scheme", .handshakeFailure) {
        $0.client.signatureSchemes = [.rsaPSSRSAESHA256, .ed25519]
      },
      server("no common application protocol", .noApplicationProtocol) {
        $0.client.applicationProtocols = ["h2"]
        $0.server.applicationProtocols = ["http/1.1"]
      },
    ]
  }

  private static let past: Range<Int64> = 1_000_000_000..<1_100_000_000
  private static let later: Range<Int64> = 4_000_000_000..<4_100_000_000
  private static let names: [Certificate.Name] = [.dns("localhost")]
  private static let expired = fixture {
    try Settings.authority.issue(.server, names: names, validity: past)
  }
  private static let future = fixture {
    try Settings.authority.issue(.server, names: names, validity: later)
  }
  private static let misused = fixture { try Settings.authority.issue(.client, names: names) }
  private static let expiredUser = fixture {
    try Settings.authority.issue(.client, "late", validity: past)
  }
}
