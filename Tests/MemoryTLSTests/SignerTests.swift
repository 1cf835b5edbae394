import Foundation
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// A private key that is a closure, when all goes well.
@Suite(.withAllAndNeededAlgorithms) struct SignerTests {
  /// A type of key and the scheme it is to sign with.
  struct Case: Sendable, CustomTestStringConvertible {
    let key: TestIdentity.Key
    let scheme: SignatureScheme
    let version: ProtocolVersion

    var testDescription: String { "\(scheme) in \(version)" }

    static let all = [
      Case(key: .p256, scheme: .ecdsaSecp256r1SHA256, version: .tls12),
      Case(key: .p256, scheme: .ecdsaSecp256r1SHA256, version: .tls13),
      Case(key: .rsa2048, scheme: .rsaPKCS1SHA256, version: .tls12),
      Case(key: .rsa2048, scheme: SignatureScheme(rawValue: 0x0601), version: .tls12),
      Case(key: .rsa2048, scheme: .rsaPSSRSAESHA256, version: .tls12),
      Case(key: .rsa2048, scheme: .rsaPSSRSAESHA256, version: .tls13),
      Case(key: .rsa2048, scheme: SignatureScheme(rawValue: 0x0806), version: .tls13),
      Case(key: .ed25519, scheme: .ed25519, version: .tls12),
      Case(key: .ed25519, scheme: .ed25519, version: .tls13),
    ]

    /// What both ends accept: the scheme, and what the authority signs with.
    var schemes: [SignatureScheme] { SignerTests.both(scheme) }
  }

  /// A scheme, and the one that the authority signs with.
  private static func both(_ scheme: SignatureScheme) -> [SignatureScheme] {
    scheme == .ecdsaSecp256r1SHA256 ? [scheme] : [scheme, .ecdsaSecp256r1SHA256]
  }

  @Test(arguments: Case.all, wires)
  func `a server's key signs in every scheme`(chosen: Case, wire: Wire) throws {
    let identity = try Settings.authority.issue(
      .server, names: [.dns("localhost")], key: chosen.key)
    let agent = Agent(identity.privateKey)
    let pair = try Settings(chosen.version).changed {
      $0.server.identities = [identity.identity(signedBy: agent)]
      $0.client.signatureSchemes = chosen.schemes
      $0.server.signatureSchemes = chosen.schemes
    }.pair(wire)
    try pair.settle()
    #expect(agent.asked == [chosen.scheme])
    for engine in [pair.client.engine, pair.server.engine] {
      #expect(engine.negotiated?.signatureScheme == chosen.scheme)
    }
    #expect(pair.client.engine.negotiated?.peerCertificates.map(\.der) == identity.chain)
  }

  @Test(arguments: Case.all)
  func `a client's key signs in every scheme`(chosen: Case) throws {
    let identity = try Settings.authority.issue(.client, "user", key: chosen.key)
    let agent = Agent(identity.privateKey)
    let pair = try Settings(chosen.version).mutual.changed {
      $0.client.identities = [identity.identity(signedBy: agent)]
      $0.server.signatureSchemes = chosen.schemes
    }.pair()
    pair.client.send(Array("ping".utf8))
    try pair.settle()
    #expect(agent.asked == [chosen.scheme])
    #expect(pair.server.received == Array("ping".utf8))
    #expect(pair.server.engine.negotiated?.peerCertificates.map(\.der) == identity.chain)
  }

  @Test(.needsOpenSSLTool, arguments: versions)
  func `a key on P-384 signs, and in TLS 1.3 with the hash of its curve`(
    version: ProtocolVersion
  ) throws {
    let made = try SelfSigned("ec", "ec_paramgen_curve:P-384")
    let agent = Agent(made.key)
    let pair = try Settings(version).changed {
      $0.server.identities = [Identity(chain: .bytes(made.certificate), signer: agent.signer)]
      $0.client.trust = .authorities(.bytes(made.certificate))
    }.pair()
    try pair.settle()
    // RFC 8446 §4.2.3: "ECDSA algorithms: Indicates a signature algorithm using ECDSA, the
    // corresponding curve …, and the corresponding hash algorithm".
    if version == .tls13 { #expect(agent.asked == [SignatureScheme(rawValue: 0x0503)]) }
    #expect(agent.asked == [pair.client.engine.negotiated?.signatureScheme])
  }

  @Test(.needsOpenSSLTool, arguments: versions)
  func `another process signs`(version: ProtocolVersion) throws {
    let directory = try TemporaryDirectory()
    let identity = Settings.localhost
    let key = try directory.write(try identity.privateKeyPEM(), as: "key.pem")
    let signer = Signer { scheme, message in
      #expect(scheme == .ecdsaSecp256r1SHA256)
      let text = try directory.write(message, as: "message")
      let signature = directory.path + "/signature"
      _ = try OpenSSLTool.run("dgst", "-sha256", "-sign", key, "-out", signature, text)
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: signature)))
    }
    let pair = try Settings(version).changed {
      $0.server.identities = [identity.identity(signedBy: signer)]
    }.pair()
    try pair.settle()
    #expect(pair.client.engine.negotiated?.version == version)
  }

  @Test func `one context signs for connections on many threads`() throws {
    let agent = Agent(Settings.localhost.privateKey)
    let settings = Settings().changed {
      $0.server.identities = [Settings.localhost.identity(signedBy: agent)]
    }
    let (client, server) = (try TLSContext(settings.client), try TLSContext(settings.server))
    DispatchQueue.concurrentPerform(iterations: 32) { _ in
      #expect(throws: Never.self) { try EnginePair(client: client, server: server).settle() }
    }
    #expect(agent.asked.count == 32)
  }

  @Test func `a signer stands beside keys that were read`() throws {
    let rsa = try Settings.authority.issue(.server, names: [.dns("localhost")], key: .rsa2048)
    let agent = Agent(Settings.localhost.privateKey)
    for scheme in [.rsaPSSRSAESHA256, .ecdsaSecp256r1SHA256] as [SignatureScheme] {
      let pair = try Settings(.tls13).changed {
        $0.server.identities = [rsa.identity, Settings.localhost.identity(signedBy: agent)]
        $0.client.signatureSchemes = Self.both(scheme)
        $0.server.signatureSchemes = Self.both(scheme)
      }.pair()
      try pair.settle()
      #expect(agent.asked.count == (scheme == .ecdsaSecp256r1SHA256 ? 1 : 0))
    }
  }

  @Test(arguments: versions, bothRoles)
  func `an identity that is chosen during the handshake may have one`(
    version: ProtocolVersion, serverSigns: Bool
  ) throws {
    let chosen = serverSigns ? Settings.localhost : Settings.user
    let agent = Agent(chosen.privateKey)
    let pair = try Settings(version).mutual.changed {
      $0.server.decisions = serverSigns ? .certificate : []
      $0.client.decisions = serverSigns ? [] : .certificate
    }.pair()
    let present = { (_: Decision, engine: TLSEngine) throws(TLSError) in
      try engine.present(chosen.identity(signedBy: agent))
    }
    pair.client.decider = present
    pair.server.decider = present
    try pair.settle()
    #expect(agent.asked == [.ecdsaSecp256r1SHA256])
    #expect(pair.server.engine.negotiated?.peerCertificates.isEmpty == false)
  }

  @Test func `signers are equal when they are the same`() {
    let agent = Agent([])
    let signer = agent.signer
    let identity = Settings.localhost.identity(signedBy: signer)
    #expect(identity == Settings.localhost.identity(signedBy: signer))
    #expect(identity != Settings.localhost.identity(signedBy: agent))
    #expect(Set([signer, signer, agent.signer]).count == 2)
    #expect("\(identity)".hasSuffix("key (a signer)"))
  }
}

/// A certificate for localhost that vouches for itself, with a key that only the program makes.
struct SelfSigned {
  let certificate: [UInt8]
  let key: [UInt8]

  init(_ algorithm: String, _ option: String? = nil) throws {
    let directory = try TemporaryDirectory()
    let (key, certificate) = (directory.path + "/key", directory.path + "/certificate")
    let options = option.map { ["-pkeyopt", $0] } ?? []
    _ = try OpenSSLTool.run(
      ["genpkey", "-algorithm", algorithm, "-outform", "DER", "-out", key] + options)
    _ = try OpenSSLTool.run(
      [
        "req", "-x509", "-key", key, "-keyform", "DER", "-subj", "/CN=localhost", "-addext",
        "subjectAltName=DNS:localhost", "-outform", "DER", "-out", certificate,
      ])
    self.key = [UInt8](try Data(contentsOf: URL(fileURLWithPath: key)))
    self.certificate = [UInt8](try Data(contentsOf: URL(fileURLWithPath: certificate)))
  }
}
