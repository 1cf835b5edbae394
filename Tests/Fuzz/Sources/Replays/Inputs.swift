import Foundation

/// The inputs that are kept for a driver: lines of hexadecimal digits, and of remarks behind `#`.
struct Inputs {
  /// What fuzzing begins with, or what it found.
  enum Kind: String, CaseIterable { case seeds, findings }

  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appending(path: "../../../../Fixtures/fuzz").standardized

  let folder: URL

  init(_ kind: Kind, of driver: String) {
    folder = Self.folder.appending(path: "\(driver)/\(kind.rawValue)")
  }

  /// The inputs by their files' names.
  func read() throws -> [String: [UInt8]] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [:] }
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return try Dictionary(
      uniqueKeysWithValues: files.map { file in
        (file.lastPathComponent, try Self.bytes(String(contentsOf: file, encoding: .utf8)))
      })
  }

  /// Puts these in the place of all that are there.
  func write(_ inputs: [String: [UInt8]]) throws {
    try? FileManager.default.removeItem(at: folder)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, bytes) in inputs {
      let slug = name.map { $0.isLetter || $0.isNumber ? $0 : "-" }.map(String.init).joined()
      let text = "# \(name)\n" + Self.text(bytes)
      try Data(text.utf8).write(to: folder.appending(path: "\(slug.lowercased()).hex"))
    }
  }

  private static func bytes(_ text: String) throws -> [UInt8] {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    let digits = lines.joined().map(\.hexDigitValue)
    guard digits.count.isMultiple(of: 2), !digits.contains(nil) else {
      throw BrokenRule(description: "a kept input is not hexadecimal")
    }
    return stride(from: 0, to: digits.count, by: 2).map {
      UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0))
    }
  }

  private static func text(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: bytes.count, by: 32).map { start in
      bytes[start...].prefix(32).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }.joined() + "\n"
    }.joined()
  }
}
