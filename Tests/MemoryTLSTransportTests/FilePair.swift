import Foundation
import MemoryTLSTransport
import SystemPackage
import Testing

/// The names of two files in a directory of their own.
struct FilePair: Sendable {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The side that writes `there`.
  func near() throws(FilePairTransport.Failure) -> FilePairTransport {
    try FilePairTransport(input: scratch.path("back"), output: scratch.path("there"))
  }

  /// The side that writes `back`.
  func far() throws(FilePairTransport.Failure) -> FilePairTransport {
    try FilePairTransport(input: scratch.path("there"), output: scratch.path("back"))
  }

  func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: scratch.path(name).string)
  }
}

/// Why a file pair failed; an issue if it did not.
func pairFailure(
  at location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> FilePairTransport.Failure? {
  #expect(throws: FilePairTransport.Failure.self, sourceLocation: location) { try body() }
}
