import ArgumentParser
import MemoryTLS

/// Which certificates are no longer good.
struct RevocationOptions: ParsableArguments, Setting {
  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A list of revoked certificates, PEM or DER; may be repeated.", valueName: "file"))
  var crl: [String] = []

  @Option(
    help: ArgumentHelp(
      "Who must be on no list: the peer, or its authorities too (default: chain).",
      valueName: "leaf|chain"))
  var crlCheck: Reach?

  enum Reach: String, ExpressibleByArgument, CaseIterable {
    case leaf
    case chain
  }

  /// Throws for a client that believes no authority.
  func check(_ expectation: ExpectationOptions) throws {
    guard let option = given.first, !expectation.believesAuthorities else { return }
    throw ValidationError("\(option) is about authorities: it needs --ca or the system's roots")
  }

  /// Throws for a server that asks for no certificates.
  func check(_ clientAuth: ClientAuthOptions) throws {
    guard let option = given.first, clientAuth.clientCa == nil else { return }
    throw ValidationError("\(option) without --client-ca")
  }

  func apply(to configuration: inout TLSConfiguration) {
    guard !given.isEmpty else { return }
    configuration.verification.revocationLists = crl.map { .file($0) }
    configuration.verification.revocation = crlCheck == .leaf ? .leaf : .chain
  }

  /// The options that were given, as they are written.
  var given: [String] {
    [("--crl", !crl.isEmpty), ("--crl-check", crlCheck != nil)].filter(\.1).map(\.0)
  }
}
