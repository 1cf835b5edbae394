import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Chains of all keys and digests are believed with needed algorithms as they are with all.
@Suite struct SameChainsTests {
  @Test(arguments: KeyKind.signing)
  func `an authority's key signs with any digest`(kind: KeyKind) throws {
    var believed = 0
    for digest in digests {
      let (root, leaf) = (
        try Settings.authority.resigned(for: kind.key, by: kind.key, with: digest),
        try Settings.localhost.resigned(by: kind.key, with: digest)
      )
      guard let root, let leaf else { continue }
      let settings = Settings().changed {
        $0.client.trust = .authorities(.bytes(root))
        $0.server.identities[0].chain = .bytes(leaf + root)
      }
      if try isBelieved("\(kind) \(digest ?? "none")", settings) { believed += 1 }
    }
    #expect(believed > 0)
  }

  @Test(arguments: KeyKind.allCases)
  func `an intermediate has any key`(kind: KeyKind) throws {
    let middle = try Settings.authority.issue(.authority, "Middle")
    let leaf = try middle.issue(.server, names: [.dns("localhost")])
    let digest = [.ed25519, .ed448].contains(kind) ? nil : kind == .sm2 ? "SM3" : "SHA256"
    let certificates = [
      try leaf.resigned(by: kind.key, with: digest) ?? leaf.certificate,
      try #require(try middle.resigned(for: kind.key, by: Settings.authority.key)),
    ]
    let identity = Identity(
      chain: .bytes(certificates.flatMap { $0 }), key: .bytes(leaf.privateKey))
    let settings = Settings().changed { $0.server.identities = [identity] }
    guard kind == .sm2 else {
      #expect(try isBelieved("\(kind)", settings) == (kind != .x25519))
      return
    }
    // The one difference: OpenSSL would decode each EC key as one of these first.
    #expect(HandshakeOutcome(settings.using(.all)).isConnection)
    #expect(!HandshakeOutcome(settings.using(.needed)).isConnection)
  }

  @Test(arguments: KeyKind.signing, versions)
  func `a server has any key`(kind: KeyKind, version: ProtocolVersion) throws {
    let leaf = try Settings.localhost.resigned(for: kind.key, by: Settings.authority.key)
    let chain = try #require(leaf) + Settings.authority.certificate
    let settings = Settings(version).changed {
      $0.server.identities = [Identity(chain: .bytes(chain), key: .bytes(kind.key.pkcs8))]
    }
    _ = try isBelieved("\(kind)", settings)
  }

  /// With all algorithms and with needed ones alike.
  private func isBelieved(_ what: String, _ settings: Settings) throws -> Bool {
    let outcomes = Algorithms.allCases.map { HandshakeOutcome(settings.using($0)) }
    #expect(outcomes[0] == outcomes[1], "\(what)")
    return outcomes[0].isConnection
  }
}

/// Those that signatures of certificates have, and none for keys that have their own.
private let digests: [String?] = [
  nil, "MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512-224", "SHA512-256",
  "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512", "RIPEMD160", "BLAKE2b512", "SM3",
]

extension TestIdentity {
  fileprivate var key: KeyHandle {
    get throws { try Source.bytes(privateKey).privateKey(passphrase: nil) }
  }
}

extension KeyHandle {
  fileprivate var pkcs8: [UInt8] {
    let info = EVP_PKEY2PKCS8(pointer)
    defer { PKCS8_PRIV_KEY_INFO_free(info) }
    return encoded { i2d_PKCS8_PRIV_KEY_INFO(info, $0) }
  }
}
