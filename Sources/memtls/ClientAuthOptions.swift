import ArgumentParser
import MemoryTLS

/// Which clients a server wants.
struct ClientAuthOptions: ParsableArguments, Setting {
  @Option(
    help: ArgumentHelp("Whose clients to accept: a PEM or DER file.", valueName: "file"))
  var clientCa: String?

  @Option(
    help: ArgumentHelp(
      "Ask clients for a certificate, or require one (default: require, with --client-ca).",
      valueName: "require|request"))
  var clientAuth: ClientAuth?

  enum ClientAuth: String, ExpressibleByArgument, CaseIterable {
    case require
    case request
  }

  func validate() throws {
    if clientAuth != nil, clientCa == nil {
      throw ValidationError("--client-auth without --client-ca")
    }
  }

  /// Puts the options into a configuration.
  func apply(to configuration: inout TLSConfiguration) {
    guard let clientCa else { return }
    configuration.trust = .authorities(.file(clientCa))
    configuration.clientCertificates = clientAuth == .request ? .request : .require
  }

  /// The options that were given, as they are written.
  var given: [String] {
    [("--client-ca", clientCa != nil), ("--client-auth", clientAuth != nil)]
      .filter(\.1).map(\.0)
  }
}
