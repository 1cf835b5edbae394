import ArgumentParser
import Foundation
import MemoryTLS

/// Whom a client expects.
struct ExpectationOptions: ParsableArguments, Setting {
  @Option(
    name: .customLong("servername"),
    help: ArgumentHelp(
      "The server's name or address (default: the host of tcp:).", valueName: "name"))
  var serverName: String?

  @Option(
    help: ArgumentHelp(
      "Whom to trust: a PEM or DER file, or a hashed directory (default: the system's roots).",
      valueName: "path"))
  var ca: String?

  @Option(
    help: ArgumentHelp(
      "Trust whoever has this certificate or public key: 64 hexadecimal digits.",
      valueName: "sha256"))
  var pin: Fingerprint?

  @Flag(help: "Accept anyone: encrypted, but perhaps with an attacker.")
  var insecure = false

  @Option(
    help: ArgumentHelp(
      "Ask for a stapled proof that the certificate is not revoked, or require one.",
      valueName: "request|require"))
  var ocsp: Stapling?

  enum Stapling: String, ExpressibleByArgument, CaseIterable {
    case request
    case require
  }

  func validate() throws {
    let ways = given.filter { ["--ca", "--pin", "--insecure"].contains($0) }
    if ways.count > 1 {
      throw ValidationError("\(ways.joined(separator: " and ")) contradict each other")
    }
    if ocsp != nil, pin != nil || insecure {
      throw ValidationError("--ocsp proves nothing beside \(ways[0]): no chain is verified")
    }
  }

  /// The options that were given, as they are written.
  var given: [String] {
    [
      ("--servername", serverName != nil), ("--ca", ca != nil), ("--pin", pin != nil),
      ("--insecure", insecure), ("--ocsp", ocsp != nil),
    ].filter(\.1).map(\.0)
  }

  func apply(to configuration: inout TLSConfiguration) {
    configuration.trust = trust
    configuration.ocspStapling = ocsp.map { $0 == .require ? .require : .request } ?? .none
  }

  /// Whether authorities are believed, which can revoke what they issued.
  var believesAuthorities: Bool { pin == nil && !insecure }

  /// Whose certificates to believe.
  private var trust: Trust {
    if insecure { return .acceptAnyoneInsecurely }
    if let pin { return .pins([.certificate(sha256: pin.bytes), .publicKey(sha256: pin.bytes)]) }
    guard let ca else { return .system }
    var isDirectory: ObjCBool = false
    let exists = unsafe FileManager.default.fileExists(atPath: ca, isDirectory: &isDirectory)
    return exists && isDirectory.boolValue ? .directory(ca) : .authorities(.file(ca))
  }

  /// Whom to expect; `host` is the channel's. Without a name, a pin or --insecure: a usage error.
  func identity(host: String?) throws -> ServerIdentity {
    if insecure { return .unchecked(serverName: sniName(serverName ?? host)) }
    if let serverName { return .host(serverName) }
    if pin != nil { return .pinned(serverName: sniName(host)) }
    guard let host else {
      throw CommandFailure.usage("who is expected? give --servername, --pin or --insecure")
    }
    return .host(host)
  }

  /// A name to send; addresses are never sent.
  private func sniName(_ host: String?) -> String? {
    guard let host, case .name(let name) = ServerIdentity.host(host) else { return nil }
    return name
  }
}
