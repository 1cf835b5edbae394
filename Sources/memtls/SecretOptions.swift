import ArgumentParser
import MemoryTLS

/// Which secrets leave the process.
struct SecretOptions: ParsableArguments {
  // Not SSLKEYLOGFILE as well: a variable that somebody exported long ago, or sets for a whole
  // service, would give away connections whose command line says nothing of it.
  @Option(
    help: ArgumentHelp(
      "Append what decrypts the connection (NSS format, for Wireshark). Secret.",
      valueName: "file"))
  var keylog: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Say bytes made of the connection's secrets (RFC 5705), 32 or as many.",
      valueName: "label[:bytes]"))
  var export: [Export] = []
}

/// Keying material that both ends can make and nobody else.
struct Export: ExpressibleByArgument, Sendable {
  private let label: String
  private let count: Int

  init?(argument: String) {
    (label, count) = Self.split(argument) ?? (argument, 32)
    guard 1...Self.longestLabel ~= label.utf8.count, 1...Self.most ~= count else { return nil }
  }

  /// A line with the bytes in hexadecimal.
  func line(_ engine: TLSEngine) throws -> String {
    do throws(TLSError) {
      let bytes = try engine.exportKeyingMaterial(label: label, count: count)
      return "exporter \(label): \(Hexadecimal.text(bytes))"
    } catch {
      throw CommandFailure.failed("exporter \(label): \(error)")
    }
  }

  /// The parts around the last colon, if digits follow.
  private static func split(_ text: String) -> (String, Int)? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ 48...57 ~= $0 }) else { return nil }
    return (String(text[..<colon]), Int(digits) ?? .max)
  }

  /// RFC 8446 §7.1: a label of 7 to 255 bytes, `tls13 ` among them.
  private static let longestLabel = 249
  /// What fits a line on stderr.
  private static let most = 1024
}

/// Bytes as text.
enum Hexadecimal {
  /// Two lower-case digits a byte.
  static func text(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// The bytes of an even number of digits; nil if it is something else.
  static func bytes(_ text: some StringProtocol) -> [UInt8]? {
    let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0))
    }
  }
}
