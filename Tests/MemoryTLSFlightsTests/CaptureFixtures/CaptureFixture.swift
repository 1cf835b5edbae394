import Foundation
import MemoryTLSFlights
import Testing

/// A capture of Fixtures/captures, and what stands beside it.
struct CaptureFixture: Sendable, CustomTestStringConvertible {
  let file: URL
  let bytes: [UInt8]
  /// The secrets that are not in the file itself.
  let keyLog: KeyLog
  /// What tshark finds in it, in the lines of Fixtures/captures/list.
  let messages: [String]

  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appending(path: "../../../Fixtures/captures").standardized

  /// All of them, by name. A file that cannot be read is missed by a test.
  static let all: [CaptureFixture] = {
    let files = try? FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    return (files ?? []).filter { $0.pathExtension.hasPrefix("pcap") }
      .sorted { $0.path < $1.path }.compactMap { try? CaptureFixture($0) }
  }()

  private init(_ file: URL) throws {
    let name = file.deletingPathExtension()
    let keyLog = try? String(contentsOf: name.appendingPathExtension("keys"), encoding: .utf8)
    let messages = try String(contentsOf: name.appendingPathExtension("messages"), encoding: .utf8)
    (self.file, bytes) = (file, Array(try Data(contentsOf: file)))
    self.keyLog = KeyLog(text: keyLog ?? "")
    self.messages = messages.split(separator: "\n").map(String.init)
  }

  static func named(_ name: String) throws -> CaptureFixture {
    try #require(all.first { $0.name == name }, "no capture \(name)")
  }

  /// Whether all packets are all there.
  var isWhole: Bool { name != "short-snapshots" }

  /// The secrets that its list was made with: none where only tshark could read with them.
  var listedKeyLog: KeyLog { name == "tls12-rsa-cbc" ? KeyLog(lines: []) : keyLog }

  /// The secrets that all lists were made with, but for those in the files.
  static var listedKeys: [String] { all.flatMap(\.listedKeyLog.lines) }

  var name: String { file.deletingPathExtension().lastPathComponent }
  var testDescription: String { name }
}
