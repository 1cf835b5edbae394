import MemoryTLS
import MemoryTLSFlights

/// A file with recorded connections: a `.flights` file, recorded flows of Go's crypto/tls, or a
/// capture. Which it is shows in its content and not in its name.
struct FlightFile {
  /// What it is called in messages.
  let name: String
  /// The connections, in the order of their beginnings; at least one.
  let streams: [Stream]
  /// What is to be said of it.
  let remarks: [String]

  /// One connection.
  struct Stream {
    /// Counted from 0, as tshark does.
    let number: Int
    /// Nil if there is no TLS in it.
    let log: FlightLog?
    /// What the capture knows of it; nil if it is from another file.
    let captured: CapturedStream?

    /// What the capture lacks, a sentence each.
    var holes: [String] {
      (captured?.holes ?? []).map { hole in
        let size = hole.byteCount.map { "a hole of \($0 == 1 ? "1 byte" : "\($0) bytes")" }
        return "\(size ?? "a hole") in what the \(hole.direction.sender) sent, after "
          + "\(hole.offset) bytes: what follows is not shown"
      }
    }
  }

  /// Reads the file of this path; stdin for `-`.
  init(_ path: String) throws {
    try self.init(try InputFile.read(path), name: InputFile.name(path))
  }

  /// Reads a file that was loaded.
  init(_ bytes: [UInt8], name: String) throws {
    guard !bytes.isEmpty else { throw CommandFailure.failed("\(name) is empty") }
    if Capture.isCapture(bytes) {
      try self.init(capture: bytes, name: name)
    } else {
      try self.init(text: bytes, name: name)
    }
  }

  private init(text bytes: [UInt8], name: String) throws {
    if bytes.starts(with: [0x1F, 0x8B]) {
      throw CommandFailure.failed("\(name) is compressed; give what gzip -dc makes of it")
    }
    let isText = bytes.prefix(Self.sampleSize).allSatisfy { $0 >= 32 || 9...13 ~= $0 }
    guard isText || bytes.starts(with: "# ".utf8) || bytes.starts(with: ">>> ".utf8) else {
      let start = bytes.prefix(4).map { Hexadecimal.text([$0]) }.joined(separator: " ")
      throw CommandFailure.failed(
        "\(name) is neither a flights file nor a capture (begins with \(start))")
    }
    do throws(FlightLog.SyntaxError) {
      streams = [Stream(number: 0, log: try FlightLog(utf8: bytes), captured: nil)]
      (self.name, remarks) = (name, [])
    } catch {
      if !KeyLog(text: String(decoding: bytes, as: UTF8.self)).lines.isEmpty {
        throw CommandFailure.failed("\(name) is a key log; give it as --keylog, beside a capture")
      }
      throw CommandFailure.failed("\(name):\(error.line):\(error.column): \(error.reason)")
    }
  }

  private init(capture bytes: [UInt8], name: String) throws {
    let capture: Capture
    do throws(CaptureError) { capture = try Capture(bytes) } catch {
      throw CommandFailure.failed("\(name): \(error)")
    }
    guard !capture.streams.isEmpty else {
      throw CommandFailure.failed(
        ([capture.damage.map { "\(name): \($0)" }] + ["\(name) has no TCP streams"])
          .compactMap { $0 }.joined(separator: "; "))
    }
    self.name = name
    streams = capture.streams.map { Stream(number: $0.number, log: $0.log, captured: $0) }
    remarks = capture.remarks.map { "\(name): \($0)" }
  }

  /// As much as shows whether it is text.
  private static let sampleSize = 4096
}

// MARK: - Streams

extension FlightFile {
  /// Those with TLS.
  var conversations: [Stream] { streams.filter { $0.log != nil } }

  /// The stream of this number; without one, the only one with TLS.
  func stream(_ number: Int?) throws -> Stream {
    if let number {
      guard let found = streams.first(where: { $0.number == number }) else {
        let others = streams.count == 1 ? "only 0" : "0 to \(streams.count - 1)"
        throw CommandFailure.usage("\(name) has no stream \(number), but \(others)")
      }
      return found
    }
    let found = conversations
    guard let first = found.first else { throw withoutTLS(nil) }
    guard found.count == 1 else {
      throw CommandFailure.usage(
        "\(name) has \(found.count) streams with TLS; give --stream N: \(Self.list(found))")
    }
    return first
  }

  /// That there is no TLS in a stream, or in any.
  func withoutTLS(_ number: Int?) -> CommandFailure {
    if let number { return .failed("\(name) has no TLS in stream \(number)") }
    let noun = streams.count == 1 ? "its only stream" : "any of its \(streams.count) streams"
    return .failed("\(name) has no TLS in \(noun)")
  }

  private static func list(_ streams: [Stream]) -> String {
    let shown = streams.prefix(10).map { stream in
      "\(stream.number) (\(stream.captured?.endpoints ?? "unknown"))"
    }
    let rest = streams.count - shown.count
    return (shown + (rest > 0 ? ["\(rest) more"] : [])).joined(separator: ", ")
  }
}

extension Capture {
  /// Where it is damaged, and what was not looked at.
  fileprivate var remarks: [String] {
    let reasons = [
      (skipped.malformed, "malformed"), (skipped.fragments, "pieces of IP packets"),
      (skipped.linkTypes.values.reduce(0, +), "of unknown link types"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return (damage.map { ["\($0); shown as far as that"] } ?? [])
      + (reasons.isEmpty
        ? [] : ["packets that were not read: \(reasons.joined(separator: ", "))"])
  }
}
