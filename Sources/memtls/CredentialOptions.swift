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
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .first.map(String.init)
  }
}
