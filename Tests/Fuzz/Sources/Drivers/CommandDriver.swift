import ArgumentParser
import Foundation
import MemoryTLS

#if canImport(memtls)
  @testable import memtls
#endif

/// Any text is taken for what stands on the command's line or in its files. The first byte says for
/// what.
enum CommandDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    var cursor = Cursor(input)
    let (name, parse) = cursor.choose(from: parsers)
    let bytes = Array(cursor.rest)
    do {
      try parse(bytes)
      return [landmark(name)]
    } catch let rule as BrokenRule {
      throw rule
    } catch {
      try demand(!"\(error)".isEmpty, "\(name) is refused without a word")
      return [landmark("\(name) \(type(of: error))")]
    }
  }

  /// All parsers; an input's first byte says which. New ones go to the end.
  private static let parsers: [(String, @Sendable ([UInt8]) throws -> Void)] = [
    ("channel", channel), ("words", words), ("paths", paths), ("arguments", arguments),
    ("keys", keys), ("session", session), ("ticket key", ticketKey), ("talk", talk),
  ]

  /// Their names.
  static var names: [String] { parsers.map(\.0) }

  @Sendable private static func channel(_ bytes: [UInt8]) throws {
    let channel = try Channel(parsing: text(bytes))
    let again = try Channel(parsing: "\(channel)")
    try demand(channel == again, "\(channel) is read as \(again)")
  }

  @Sendable private static func words(_ bytes: [UInt8]) throws {
    let words = try ShellWords.split(text(bytes))
    let line = words.map(ShellWords.quoted).joined(separator: " ")
    try demand(try ShellWords.split(line) == words, "\(words) are read otherwise from \(line)")
  }

  @Sendable private static func paths(_ bytes: [UInt8]) throws {
    let paths = try PathList.split(text(bytes))
    try demand(try PathList.split(PathList.join(paths)) == paths, "\(paths) are read otherwise")
  }

  @Sendable private static func arguments(_ bytes: [UInt8]) throws {
    let text = text(bytes)
    if let fingerprint = Fingerprint(argument: text) {
      try demand(fingerprint.bytes.count == 32, "a fingerprint of \(fingerprint.bytes.count) bytes")
      let again = Fingerprint(argument: fingerprint.text)
      try demand(again?.bytes == fingerprint.bytes, "\(fingerprint.text) is another fingerprint")
    }
    if let timeout = Timeout(argument: text) {
      try demand(timeout.duration > .zero && timeout.deadline > .now, "a timeout of nothing")
    }
    _ = (Export(argument: text), SharedKey(argument: text))
  }

  @Sendable private static func keys(_ bytes: [UInt8]) throws {
    try withFile(bytes) { path in
      var configuration = TLSConfiguration()
      try SharedKeyOptions.parse(["--psk-file", path]).apply(to: &configuration)
      _ = try TLSContext(configuration)
    }
  }

  @Sendable private static func session(_ bytes: [UInt8]) throws {
    try withFile(bytes) { path in
      let options = try ResumptionOptions.parse(["--sess-in", path])
      let file = try SessionFile(options)
      try demand(file != nil && file?.lastRemark == nil, "no session was asked for")
      file?.offer()
    }
  }

  @Sendable private static func ticketKey(_ bytes: [UInt8]) throws {
    try withFile(bytes) { path in
      var configuration = TLSConfiguration()
      try HandoutOptions.parse(["--ticket-key", path]).apply(to: &configuration)
    }
  }

  @Sendable private static func talk(_ bytes: [UInt8]) throws {
    let line = text(bytes).escaped
    let isPlain = line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    try demand(isPlain && line.escaped == line, "talk that moves the cursor")
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// A file for as long as the body runs.
  private static func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).fuzz")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try body(file.path)
  }
}
