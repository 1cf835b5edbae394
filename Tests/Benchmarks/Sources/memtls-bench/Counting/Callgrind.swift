import Foundation

/// Counts with valgrind's callgrind, in a folder of its own that goes with it.
final class Callgrind {
  private let valgrind: Program
  private let folder: URL
  /// This program without what debuggers read: valgrind 3.19 gives up on DWARF 5.
  private let copy: Program

  /// - Throws: ``Unsupported`` where what it needs is not installed.
  init() throws {
    guard let valgrind = Program(named: "valgrind"), let strip = Program(named: "strip") else {
      throw Unsupported(description: "it wants valgrind and binutils, which are not installed")
    }
    let original = try Program.ourselves()
    self.valgrind = valgrind
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("memtls-bench-\(UUID().uuidString)")
    copy = Program(folder.appendingPathComponent(original.name))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    _ = try strip.run(["--strip-debug", "-o", copy.path, original.path])
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// What one operation of a subject takes.
  func counts(of operation: CountedOperation, by kind: SubjectKind) throws -> Counts {
    let file = folder.appendingPathComponent("\(operation.rawValue).\(kind.rawValue)").path
    let mark = "CProbes_counted"
    _ = try valgrind.run([
      "--tool=callgrind", "--toggle-collect=\(mark)", "--dump-after=\(mark)",
      "--callgrind-out-file=\(file)", "--log-file=\(file).log",
      copy.path, Probe.option, Probe.counts(operation, kind).description,
    ])
    // The first part has the calls, though not the instructions, of all that came before.
    return Counts(
      from: try Self.profile("\(file).2"), to: try Self.profile("\(file).3"),
      operations: operation.count, program: copy.name)
  }

  private static func profile(_ path: String) throws -> CallProfile {
    try CallProfile(String(contentsOfFile: path, encoding: .utf8))
  }
}
