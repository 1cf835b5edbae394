import Foundation
import MemoryTLS
import MemoryTLSTransport
import SystemPackage
import Testing

/// Who proves what, and who closes first.
struct Variant: Sendable {
  let mutual: Bool
  let weCloseFirst: Bool

  static let all = [true, false].flatMap { mutual in
    [true, false].map { Variant(mutual: mutual, weCloseFirst: $0) }
  }

  func settings(_ version: ProtocolVersion) throws -> Settings {
    mutual ? try Settings(version).mutual() : try Settings(version)
  }

  func credentials(_ name: String, _ files: IdentityFiles) -> [String] {
    mutual ? ["-cert", files.path("\(name).pem"), "-key", files.path("\(name)-key.pem")] : []
  }

  /// Both closes, in order.
  func close<Base: Transport>(_ stream: TLSStream<Base>) throws {
    if weCloseFirst { try stream.close(until: stalled) }
    #expect(try stream.receive(until: stalled) == [])
    if !weCloseFirst { try stream.close(until: stalled) }
  }
}

extension ProtocolVersion {
  /// The openssl command's option for it.
  var flag: String { self == .tls12 ? "-tls1_2" : "-tls1_3" }
}

/// A mebibyte of lines of digits, none of which is a command letter of s_server, each way.
enum Text {
  static let out = make(seed: 1)
  static let back = make(seed: 2)
  static let reversedOut = [UInt8](out.reversed())

  private static func make(seed: UInt32) -> [UInt8] {
    pattern(1 << 20, seed: seed).enumerated().map {
      $0.offset % 64 == 63 ? UInt8(ascii: "\n") : UInt8(ascii: "0") + $0.element % 10
    }
  }
}

extension TLSEngine {
  /// Takes all events.
  var events: [Event] {
    var all: [Event] = []
    while let event = nextEvent() { all.append(event) }
    return all
  }
}

extension FileDescriptor {
  /// Reads so many bytes, blocking; fewer at the end.
  func read(exactly count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let free = UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(
            rebasing: buffer[filled...]))
        let moved = try read(into: free)
        guard moved > 0 else { return }
        filled += moved
      }
    }
  }

  /// Reads s_server's output up to `ACCEPT 127.0.0.1:port` and answers the port.
  func readPort() throws -> UInt16 {
    var line: [UInt8] = []
    while let byte = try read(exactly: 1).first {
      guard byte == UInt8(ascii: "\n") else {
        line.append(byte)
        continue
      }
      let words = String(decoding: line, as: UTF8.self)
      if words.hasPrefix("ACCEPT "), let port = words.split(separator: ":").last.map({ UInt16($0) })
      {
        return try #require(port)
      }
      line = []
    }
    throw Errno.noSuchProcess
  }
}

extension [UInt8] {
  /// Whether other bytes are found in these, one after the other.
  func contains(_ other: [UInt8]) -> Bool { Data(self).range(of: Data(other)) != nil }
}
