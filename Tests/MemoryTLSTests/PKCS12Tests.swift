import COpenSSL
import Foundation
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// A chain and key from one PKCS #12 file.
@Suite(.needsOpenSSLTool, .withAllAndNeededAlgorithms) struct PKCS12Tests {
  private static let intermediate = fixture {
    try Settings.authority.issue(.authority, "Intermediate")
  }
  private static let leaf = fixture { try issue(.p256) }

  private static func issue(_ key: TestIdentity.Key) throws -> TestIdentity {
    try intermediate.issue(.server, names: [.dns("localhost")], key: key)
  }

  /// A file made by the program; options are added.
  private func file(
    _ identity: TestIdentity = leaf, in directory: TemporaryDirectory,
    passphrase: String = "sésame", with others: [[UInt8]] = [], _ options: [String] = []
  ) throws -> String {
    let path = directory.path + "/identity.p12"
    let bundle = try others.map { try PEM.certificate($0) }.joined()
    _ = try OpenSSLTool.run(
      [
        "pkcs12", "-export", "-out", path, "-passout", "pass:" + passphrase,
        "-in", directory.write(PEM.certificate(identity.certificate), as: "leaf.pem"),
        "-inkey", directory.write(identity.privateKeyPEM(), as: "key.pem"),
      ] + (others.isEmpty ? [] : ["-certfile", try directory.write(bundle, as: "others.pem")])
        + options)
    return path
  }

  private func failure(_ identity: Identity) -> TLSError? {
    let settings = Settings().changed { $0.server.identities = [identity] }
    return #expect(throws: TLSError.self) { try TLSContext(settings.server) }
  }

  @Test(arguments: TestIdentity.Key.allCases)
  func `the chain begins with the leaf, whatever the order in the file`(
    key: TestIdentity.Key
  ) throws {
    let directory = try TemporaryDirectory()
    let leaf = try Self.issue(key)
    let (authority, stranger) = (Settings.authority.certificate, Settings.stranger.certificate)
    let intermediate = Self.intermediate.certificate
    for others in [
      [intermediate], [intermediate, authority], [authority, stranger, intermediate],
    ] {
      let path = try file(leaf, in: directory, with: others)
      let pair = try Settings(.tls13).changed {
        $0.server.identities = [Identity(pkcs12: .file(path), passphrase: "sésame")]
      }.pair()
      try pair.settle()
      let chain =
        [leaf.certificate, intermediate] + (others.contains(authority) ? [authority] : [])
      #expect(pair.client.engine.negotiated?.peerCertificates.map(\.der) == chain)
    }
  }

  @Test(arguments: versions)
  func `its bytes do as well, in both roles`(version: ProtocolVersion) throws {
    let directory = try TemporaryDirectory()
    let user = try Settings.authority.issue(.client, "user")
    let path = try file(user, in: directory)
    let identity = Identity(pkcs12: .bytes(try read(path)), passphrase: "sésame")
    let pair = try Settings(version).mutual.changed {
      $0.client.identities = [identity]
    }.pair()
    try pair.settle()
    #expect(pair.server.engine.negotiated?.peerCertificates.map(\.der) == [user.certificate])
  }

  @Test func `no passphrase and an empty one open what has an empty one or none`() throws {
    let directory = try TemporaryDirectory()
    for options in [[], ["-nomac"], ["-keypbe", "NONE", "-certpbe", "NONE", "-nomac"]] {
      let path = try file(in: directory, passphrase: "", options)
      for passphrase in [nil, ""] {
        let identity = Identity(pkcs12: .file(path), passphrase: passphrase)
        let settings = Settings().changed { $0.server.identities = [identity] }
        #expect(throws: Never.self, "\(options)") { try TLSContext(settings.server) }
      }
    }
  }

  @Test func `a wrong passphrase is told whatever it decrypts to`() throws {
    let directory = try TemporaryDirectory()
    let path = try file(in: directory, ["-nomac"])
    for number in 0..<1000 {
      let error = failure(Identity(pkcs12: .file(path), passphrase: "wrong \(number)"))
      #expect(error?.code == .wrongPassphrase, "\(number): \(error as Any)")
    }
  }

  @Test func `a wrong passphrase and a missing one are told apart`() throws {
    let directory = try TemporaryDirectory()
    for options in [[], ["-nomac"], ["-legacy"]] {
      let path = try file(in: directory, options)
      for (passphrase, words) in [
        ("open", "has another passphrase"), ("sésame\0", "has another passphrase"),
        (nil, "has no passphrase"),
      ] {
        let error = failure(Identity(pkcs12: .file(path), passphrase: passphrase))
        #expect(error?.code == .wrongPassphrase && error?.fault == .caller, "\(error as Any)")
        #expect(error?.message.contains(words) == true, "\(error as Any)")
        #expect(error?.message.contains(path) == true)
      }
    }
  }

  @Test func `an old file that only OpenSSL's legacy provider opens says so`() throws {
    let directory = try TemporaryDirectory()
    let path = try file(in: directory, ["-legacy"])
    let error = failure(Identity(pkcs12: .file(path), passphrase: "sésame"))
    #expect(error?.code == .invalidConfiguration)
    #expect(error?.message.contains("needs RC2-40-CBC") == true, "\(error as Any)")
    #expect(error?.message.contains("\"legacy\"") == true)
  }

  @Test func `what is missing in a file is named`() throws {
    let directory = try TemporaryDirectory()
    let keyless = try file(in: directory, ["-nokeys"])
    let noKey = failure(Identity(pkcs12: .file(keyless), passphrase: "sésame"))
    #expect(noKey?.code == .malformedKey)
    #expect(noKey?.message == "no private key in PKCS #12 \(keyless)")
    let bare = try file(in: directory, ["-nocerts"])
    let noCertificate = failure(Identity(pkcs12: .file(bare), passphrase: "sésame"))
    #expect(noCertificate?.code == .emptyChain)
    #expect(noCertificate?.message == "no certificate in PKCS #12 \(bare)")
  }

  @Test func `a key beside somebody else's certificates is refused`() throws {
    var position: UnsafePointer<UInt8>?
    let key = Self.leaf.privateKey.withUnsafeBufferPointer { buffer in
      position = buffer.baseAddress
      return d2i_AutoPrivateKey(nil, &position, buffer.count)
    }
    let other = Settings.stranger.certificate.withUnsafeBufferPointer { buffer in
      position = buffer.baseAddress
      return d2i_X509(nil, &position, buffer.count)
    }
    let others = COpenSSL_sk_X509_new()
    _ = COpenSSL_sk_X509_push(others, other)
    let made = PKCS12_create("", nil, key, nil, others, 0, 0, 0, 0, 0)
    let bytes = encoded { i2d_PKCS12(made, $0) }
    PKCS12_free(made)
    COpenSSL_sk_X509_pop_free(others)
    EVP_PKEY_free(key)
    let error = failure(Identity(pkcs12: .bytes(bytes)))
    #expect(error?.code == .keyMismatch)
    #expect(error?.message.contains("belongs to none of its 1 certificates") == true)
  }

  @Test func `a damaged file is an error at every length and every byte`() throws {
    let directory = try TemporaryDirectory()
    let bytes = try read(try file(in: directory))
    for length in stride(from: 0, to: bytes.count, by: 41) {
      _ = failure(Identity(pkcs12: .bytes(Array(bytes[..<length])), passphrase: "sésame"))
    }
    for index in stride(from: 0, to: bytes.count, by: 41) {
      var damaged = bytes
      damaged[index] ^= 0x55
      _ = failure(Identity(pkcs12: .bytes(damaged), passphrase: "sésame"))
    }
    let error = failure(Identity(pkcs12: .file("/absent.p12")))
    #expect(error?.code == .unreadableFile)
  }

  private func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
