import Foundation
import MemoryTLS

/// What was measured on what, and when.
struct Versions {
  /// Names with versions, OpenSSL's first.
  let programs: [String]
  let processor: String
  /// In UTC, such as 2026-01-31.
  let date: String

  static let current = Versions(
    programs: [OpenSSLVersion.text, "Swift \(swift)"], processor: readProcessor(),
    date: String(ISO8601DateFormatter().string(from: Date()).prefix(10)))

  /// One line.
  var text: String { (programs + [processor, date]).joined(separator: ", ") }

  /// What stands above all tables.
  var heading: String {
    """
    \(text)

    Ratios are to neighbouring slices of plain C (c): the median, and the quartiles. c's own are the
    null test: noise.

    """
  }

  private static func readProcessor() -> String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(
      separator: "\n")
    let model = lines?.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return model?.trimmingCharacters(in: .whitespaces) ?? "unknown processor"
  }

  /// The compiler's version, as far as the language tells it.
  private static var swift: String {
    #if compiler(>=6.4)
      "6.4 or later"
    #elseif compiler(>=6.3.2)
      "6.3.2 or later"
    #elseif compiler(>=6.3.1)
      "6.3.1"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }
}
