import ArgumentParser
import Foundation
import MemoryTLS
import MemoryTLSTesting

/// What this end proves itself with.
struct CredentialOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Our certificate chain: PEM, DER, PKCS #12, or a file: or pkcs11: URI.",
      valueName: "file"))
  var cert: String?

  @Option(
    help: ArgumentHelp(
      "Its private key, in any of these (default: in the same file).", valueName: "file"))
  var key: String?

  @Option(help: ArgumentHelp("A file whose first line opens the key or token.", valueName: "file"))
  var passphraseFile: String?

  @Option(
    help: ArgumentHelp(
      "Instead of these: a certificate for this name or address, made for this run.",
      valueName: "name"))
  var selfSigned: String?

  func validate() throws {
    if cert != nil, selfSigned != nil {
      throw ValidationError("--cert and --self-signed contradict each other")
    }
    guard cert == nil else { return }
    if key != nil { throw ValidationError("--key without --cert") }
    if passphraseFile != nil { throw ValidationError("--passphrase-file without --cert") }
  }

  /// Whether there is an identity.
  var areGiven: Bool { cert != nil || selfSigned != nil }

  /// What gives the identity, if there is one, again and again: files are read anew each time, while
  /// what was made for this run is made and said once.
  func identities(
    for purpose: TestIdentity.Purpose
  ) throws -> @Sendable () throws -> [Identity] {
    if let selfSigned {
      let identity = try made(purpose, for: selfSigned)
      return { [identity] }
    }
    guard let cert else { return { [] } }
    let (key, passphraseFile) = (key, passphraseFile)
    return {
      if key == nil { try Self.expectKey(in: cert) }
      let passphrase = try Self.passphrase(in: passphraseFile)
      return [
        Identity(
          chain: Self.source(cert), key: Self.source(key ?? cert), passphrase: passphrase)
      ]
    }
  }

  /// Whoever has no authority to ask can compare the SHA-256: a client of ours with `--pin`.
  private func made(_ purpose: TestIdentity.Purpose, for name: String) throws -> Identity {
    let made = try Throwaway.selfSigned(purpose, for: name)
    let advice = purpose == .server ? "expect it with --pin" : "its SHA-256 is"
    say("certificate for \(name), \(advice) \(Fingerprint(made.fingerprint).text)")
    return made.identity
  }

  /// Throws if a file is PEM and no part of it a key (RFC 7468 §10): then an option is missing.
  private static func expectKey(in file: String) throws {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8),
      text.contains("-----BEGIN "), !text.contains("PRIVATE KEY-----")
    else { return }
    throw CommandFailure.failed("no private key in \(file); give --key FILE")
  }

  /// What OpenSSL's stores call `file:` and `pkcs11:` (ossl_store(7), RFC 7512) is no path.
  private static func source(_ name: String) -> Source {
    ["file:", "pkcs11:"].contains(where: name.hasPrefix) ? .store(uri: name) : .file(name)
  }

  private static func passphrase(in passphraseFile: String?) throws -> String? {
    guard let passphraseFile else { return nil }
    guard let text = try? String(contentsOfFile: passphraseFile, encoding: .utf8) else {
      throw CommandFailure.failed("cannot read \(passphraseFile)")
    }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .first.map(String.init)
  }
}
