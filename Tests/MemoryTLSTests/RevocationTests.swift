import COpenSSL
@testable import MemoryTLS
import MemoryTLSTesting
import Testing

/// Lists of revoked certificates.
@Suite(.withAllAndNeededAlgorithms) struct RevocationTests {
  private static let middle = fixture { try Settings.authority.issue(.authority, "Middle") }
  private static let leaf = fixture { try middle.issue(.server, "leaf", names: localhost) }
  private static let localhost: [Certificate.Name] = [.dns("localhost")]

  @Test(arguments: versions, bothRoles)
  func `a revoked certificate is refused by name, depth and reason`(
    version: ProtocolVersion, isServer: Bool
  ) throws {
    let (user, leaf) = (Settings.user, Settings.localhost)
    let list = try Settings.authority.revocationList(revoking: [isServer ? user : leaf])
    let settings = Settings(version).mutual.changed {
      $0[isServer].verification.revocationLists = [.bytes(list)]
      $0[isServer].verification.revocation = .leaf
    }
    let error = try refusal(of: settings, atServer: isServer)
    let subject = isServer ? "CN=user" : "CN=test"
    #expect(
      error?.message
        == "peer's certificate not accepted: certificate revoked (depth 0, \(subject))")
    #expect(error?.alert?.alert == .certificateRevoked)
    let others = settings.changed {
      $0[isServer].verification.revocationLists = [
        .bytes(fixture { try Settings.emptyRevocationList })
      ]
    }
    #expect(throws: Never.self) { try others.pair().settle() }
  }

  @Test(arguments: versions)
  func `a revoked intermediate is found where the whole chain is checked`(
    version: ProtocolVersion
  ) throws {
    let lists = try [
      Settings.authority.revocationList(revoking: [Self.middle]), Self.middle.revocationList(),
    ]

    let directory = try TemporaryDirectory()
    let settings = Settings(version).changed {
      $0.server.identities = [Self.leaf.identity]
      $0.client.verification.revocationLists = [.bytes(lists[0] + lists[1])]
      $0.client.verification.revocation = .leaf
    }
    #expect(throws: Never.self) { try settings.pair().settle() }
    let whole = settings.changed { $0.client.verification.revocation = .chain }
    let error = try refusal(of: whole)
    #expect(error?.message.hasSuffix("certificate revoked (depth 1, CN=Middle)") == true)
    let file = try directory.write(lists[0] + lists[1], as: "lists.crl")
    let fromFile = whole.changed { $0.client.verification.revocationLists = [.file(file)] }
    #expect(try refusal(of: fromFile)?.verification?.code == 23)
  }

  @Test func `a certificate without a list in force is refused`() throws {
    let authority = Settings.authority
    let past: Range<Int64> = 0..<1_000_000
    let future: Range<Int64> = 4_000_000_000..<5_000_000_000
    let lists = [
      (try Settings.stranger.revocationList(), 3, "unable to get certificate CRL"),
      (try authority.revocationList(validity: past), 12, "CRL has expired"),
      (try authority.revocationList(validity: future), 11, "CRL is not yet valid"),
      (try Self.forgedList, 8, "CRL signature failure"),
    ]
    for (list, code, reason) in lists {
      let error = try refusal(
        of: Settings().changed {
          $0.client.verification.revocationLists = [.bytes(list)]
          $0.client.verification.revocation = .leaf
        })
      #expect(error?.verification?.code == code)
      #expect(error?.message.hasSuffix("\(reason) (depth 0, CN=test)") == true)
    }
  }

  @Test(.needsOpenSSLTool) func `lists of the openssl program are read, and it reads ours`() throws
  {
    let directory = try TemporaryDirectory()
    let authority = Settings.authority
    let root = try directory.write(authority.rootPEM, as: "ca.pem")
    let key = try directory.write(authority.privateKeyPEM(), as: "ca-key.pem")
    let serial = try Certificate(der: Settings.localhost.certificate).serialNumber
    let index = "R\t20490101000000Z\t200101000000Z\t\(hexadecimal(serial).uppercased())"
    let database = try directory.write(index + "\tunknown\t/CN=test\n", as: "index.txt")
    let configuration = try directory.write(
      """
      [ca]
      default_ca = this
      [this]
      database = \(database)
      default_md = sha256
      default_crl_days = 3650

      """, as: "ca.cnf")
    let list = directory.path + "/list.pem"
    _ = try OpenSSLTool.run(
      "ca", "-gencrl", "-config", configuration, "-cert", root, "-keyfile", key, "-out", list)
    let settings = Settings().changed {
      $0.client.verification.revocationLists = [.file(list)]
      $0.client.verification.revocation = .leaf
    }
    #expect(try refusal(of: settings)?.verification?.code == 23)
    let good = try directory.write(
      authority.revocationList(revoking: [Settings.user]), as: "good.crl")
    let leaf = try directory.write(Settings.localhost.chainPEM, as: "leaf.pem")
    let user = try directory.write(Settings.user.chainPEM, as: "user.pem")
    let arguments = ["-CAfile", root, "-CRLfile", good, "-crl_check"]
    #expect(try OpenSSLTool.status(["verify"] + arguments + [leaf]) == 0)
    #expect(try OpenSSLTool.status(["verify"] + arguments + [user]) == 2)
  }

  @Test(.needsOpenSSLTool) func `lists are found in a hashed directory`() throws {
    let directory = try TemporaryDirectory()
    _ = try directory.write(Settings.authority.rootPEM, as: "ca.pem")
    let list = try Settings.authority.revocationList(revoking: [Settings.localhost])
    let der = try directory.write(list, as: "list.der")
    let pem = directory.path + "/list.pem"
    _ = try OpenSSLTool.run("crl", "-inform", "DER", "-in", der, "-out", pem)
    let settings = Settings().changed {
      $0.client.trust = .directory(directory.path)
      $0.client.verification.revocation = .leaf
    }
    _ = try OpenSSLTool.run("rehash", directory.path)
    #expect(try refusal(of: settings)?.verification?.code == 23)
    let unchecked = settings.changed { $0.client.verification.revocation = .unchecked }
    #expect(throws: Never.self) { try unchecked.pair().settle() }
  }

  @Test func `malformed lists have their errors`() throws {
    let list = try Settings.emptyRevocationList
    let sources: [(Source, String)] = [
      (.bytes(list.dropLast()), "neither PEM nor DER"), (.bytes(list + [0]), "neither PEM"),
      (.bytes(text(100)), "neither PEM nor DER"), (.bytes([]), "no revocation list in (0 bytes)"),
      (.bytes(Settings.authority.certificate), "neither PEM nor DER"),
      (.pem(try Settings.authority.rootPEM), "no revocation list in"),
      (.pem("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"), "is malformed"),
    ]
    for (source, words) in sources {
      let settings = Settings().changed {
        $0.client.verification.revocationLists = [source]
        $0.client.verification.revocation = .leaf
      }
      let error = #expect(throws: TLSError.self) { try TLSContext(settings.client) }
      #expect(error?.code == .malformedRevocationList)
      #expect(error?.message.contains(words) == true)
      #expect(ERR_peek_error() == 0)
    }
  }

  /// With another signature.
  private static var forgedList: [UInt8] {
    get throws {
      var list = try Settings.emptyRevocationList
      list[list.count - 1] ^= 1
      return list
    }
  }
}
