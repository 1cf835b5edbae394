import ArgumentParser
import Foundation
import MemoryTLS

/// What this end proves itself with.
struct CredentialOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Our certificate chain, PEM or DER, the leaf first.", valueName: "file"))
  var cert: String?

  @Option(help: ArgumentHelp("Its private key (default: in the same file).", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("A file whose first line opens the key.", valueName: "file"))
  var passphraseFile: String?

  func validate() throws {
    guard cert == nil else { return }
    if key != nil { throw ValidationError("--key without --cert") }
    if passphraseFile != nil { throw ValidationError("--passphrase-file without --cert") }
  }

  /// The identity, if there is one.
  func identity() throws -> Identity? {
    guard let cert else { return nil }
    return Identity(chain: .file(cert), key: .file(key ?? cert), passphrase: try passphrase())
  }

  private func passphrase() throws -> String? {
    guard let passphraseFile else { return nil }
    guard let text = try? String(contentsOfFile: passphraseFile, encoding: .utf8) else {
      throw CommandFailure.failed("cannot read \(passphraseFile)")
    }
    return text.split(separator: "\n", omittingEmptySubsequences: false).first.map(String.init)
  }
}

/// Whom a client expects.
struct ExpectationOptions: ParsableArguments {
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

  func validate() throws {
    let ways = [("--ca", ca != nil), ("--pin", pin != nil), ("--insecure", insecure)]
    let given = ways.filter(\.1).map(\.0)
    if given.count > 1 {
      throw ValidationError("\(given.joined(separator: " and ")) contradict each other")
    }
  }

  /// Whose certificates to believe.
  var trust: Trust {
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

/// A SHA-256 as hexadecimal digits, with colons if wanted.
struct Fingerprint: ExpressibleByArgument {
  let bytes: [UInt8]

  init?(argument: String) {
    let digits = Array(argument.filter { $0 != ":" })
    guard digits.count == 64 else { return nil }
    bytes = stride(from: 0, to: 64, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    guard bytes.count == 32 else { return nil }
  }
}
