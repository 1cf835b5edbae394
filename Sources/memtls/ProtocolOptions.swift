import ArgumentParser
import MemoryTLS

/// What to negotiate; the same for every verb.
struct ProtocolOptions: ParsableArguments, Setting {
  @Option(
    name: .customLong("tls"),
    help: ArgumentHelp("Only this version: 1.2 or 1.3 (default: both).", valueName: "version"))
  var version: Version?

  @Option(help: ArgumentHelp("Application protocols, most wanted first.", valueName: "a,b"))
  var alpn: Names = Names([])

  @Option(
    help: ArgumentHelp(
      "Groups for the key exchange, such as x25519,secp256r1.", valueName: "a,b"))
  var group: CodePoints<NamedGroup>?

  @Option(
    help: ArgumentHelp(
      "Cipher suites by their registered names, most wanted first.", valueName: "a,b"))
  var ciphers: CodePoints<CipherSuite>?

  /// Puts the options into a configuration.
  func apply(to configuration: inout TLSConfiguration) {
    if let ciphers {
      configuration.cipherSuites = ciphers.values
      configuration.versions = Self.versions(of: ciphers.values)
    }
    if let version { configuration.versions = version.range }
    configuration.applicationProtocols = alpn.names
    if let group { configuration.groups = group.values }
  }

  /// The versions that the suites are for: who names those of one version wants that version.
  private static func versions(of suites: [CipherSuite]) -> ClosedRange<ProtocolVersion> {
    let isTLS13 = Set(suites.map(\.isTLS13))
    return (isTLS13.contains(false) ? .tls12 : .tls13)...(isTLS13.contains(true) ? .tls13 : .tls12)
  }

  /// A version as people write it.
  enum Version: String, ExpressibleByArgument, CaseIterable {
    case tls12 = "1.2"
    case tls13 = "1.3"

    var range: ClosedRange<ProtocolVersion> {
      self == .tls12 ? .tls12 ... .tls12 : .tls13 ... .tls13
    }
  }
}

/// Words between commas.
struct Names: ExpressibleByArgument {
  let names: [String]

  init(_ names: [String]) { self.names = names }

  init?(argument: String) {
    names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  var defaultValueDescription: String { "none" }
}

/// Registered names between commas.
struct CodePoints<Value: CodePoint>: ExpressibleByArgument {
  let values: [Value]

  init?(argument: String) {
    var values: [Value] = []
    for name in argument.split(separator: ",") {
      guard let value = Value(name: String(name)) else { return nil }
      values.append(value)
    }
    guard !values.isEmpty else { return nil }
    self.values = values
  }
}
