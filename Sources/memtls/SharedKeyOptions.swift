import ArgumentParser
import Foundation
import MemoryTLS

/// Keys that both ends have from elsewhere, in the place of certificates or beside them.
struct SharedKeyOptions: ParsableArguments, Setting {
  @Option(
    help: ArgumentHelp(
      "Lines of a name and a key's digits, name:hex; a client takes the first. Secret.",
      valueName: "file"))
  var pskFile: String?

  @Option(
    help: ArgumentHelp(
      "One such key, which others see in the list of processes: better --psk-file.",
      valueName: "name:hex"))
  var psk: SharedKey?

  func validate() throws {
    if pskFile != nil, psk != nil {
      throw ValidationError("--psk and --psk-file contradict each other")
    }
  }

  /// Suites of TLS 1.2 that use such keys come with them, unless suites are chosen.
  func apply(to configuration: inout TLSConfiguration) throws {
    let keys = try psk.map { [$0] } ?? pskFile.map(SharedKey.all) ?? []
    guard !keys.isEmpty else { return }
    configuration.preSharedKeys = PreSharedKeys(keys.map(\.key))
    if configuration.cipherSuites == CipherSuite.recommended {
      configuration.cipherSuites += CipherSuite.preShared
    }
  }

  /// Whether there are any.
  var areGiven: Bool { pskFile != nil || psk != nil }
}

/// A key and its name.
struct SharedKey: ExpressibleByArgument, Sendable {
  let key: ExternalPSK

  /// A name may hold colons.
  init?(argument: String) {
    guard let colon = argument.lastIndex(of: ":") else { return nil }
    guard let key = Hexadecimal.bytes(argument[argument.index(after: colon)...]) else { return nil }
    let identity = Array(argument[..<colon].utf8)
    guard 1...256 ~= identity.count, 16...256 ~= key.count else { return nil }
    self.key = ExternalPSK(identity: identity, key: key)
  }

  /// The keys of a file, a line each, as psktool of GnuTLS and stunnel keep them. Empty lines and
  /// those that begin with # are skipped.
  static func all(in path: String) throws -> [SharedKey] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw CommandFailure.failed("cannot read \(path)")
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let keys = try lines.enumerated().compactMap { index, line -> SharedKey? in
      guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
      // What is wrong is not shown: it may be a key all the same.
      guard let key = SharedKey(argument: String(line)) else {
        throw CommandFailure.failed("\(path):\(index + 1) is not name:hex with 16 to 256 bytes")
      }
      return key
    }
    guard !keys.isEmpty else { throw CommandFailure.failed("no key in \(path)") }
    return keys
  }
}
