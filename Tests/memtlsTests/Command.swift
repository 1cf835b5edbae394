import Foundation
import MemoryTLSTransport
import SystemPackage
import Testing

/// A run of `memtls` or of one of its peers, with files for its three streams so that none can block.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  /// The `memtls` that was built together with these tests.
  static let memtls = URL(fileURLWithPath: CommandLine.arguments[0])
    .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("memtls").path

  /// Runs `memtls` to its end.
  static func memtls(_ arguments: [String], input: Data = Data()) throws -> Command {
    try run(memtls, arguments, input: input)
  }

  /// Runs a program to its end.
  static func run(_ program: String, _ arguments: [String], input: Data = Data()) throws -> Command
  {
    let directory = try TemporaryDirectory()
    return try Running(program, arguments, input: input, in: directory).finish()
  }
}

/// A program that has been started; its stderr can be read line by line while it runs.
final class Running {
  let process = Process()
  private let directory: TemporaryDirectory
  private let outputFile: String
  private var errors = FileHandle.nullDevice
  private var openInput = FileHandle.nullDevice
  private var seen = Data()
  private let watchdog: DispatchWorkItem

  /// Starts a program. `input` is what stands on stdin; nil for a stdin that stays open and empty.
  init(
    _ program: String, _ arguments: [String], input: Data? = Data(),
    in directory: TemporaryDirectory
  ) throws {
    self.directory = directory
    let name = UUID().uuidString
    let inputFile = try directory.write(input ?? Data(), to: "\(name).in")
    outputFile = try directory.write(Data(), to: "\(name).out")
    let isPath = program.contains("/")
    process.executableURL = URL(fileURLWithPath: isPath ? program : "/usr/bin/env")
    process.arguments = (isPath ? [] : [program]) + arguments
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputFile))
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputFile))
    // Weakly: it stays in the queue when it is cancelled, and a process keeps its files open.
    watchdog = DispatchWorkItem { [weak process] in
      if let process, process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    try spawn(process) { makePipe in
      let stderr = try makePipe()
      process.standardError = stderr.writing
      errors = stderr.reading
      guard input == nil else { return [stderr.writing] }
      let stdin = try makePipe()
      process.standardInput = stdin.reading
      openInput = stdin.writing
      return [stderr.writing, stdin.reading]
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: watchdog)
  }

  /// Seconds after which it is killed: a run that does not end is a failure, and no hang.
  private static let patience = 300.0

  /// Reads stderr until a line holds the text; nil if it ends before.
  func line(with text: String) -> String? {
    while true {
      let lines = String(decoding: seen, as: UTF8.self).split(separator: "\n")
      if let line = lines.first(where: { $0.contains(text) }) { return String(line) }
      let more = errors.availableData
      guard !more.isEmpty else { return nil }
      seen += more
    }
  }

  /// The port that `memtls server tcp-listen:127.0.0.1:0` says it took.
  func listeningPort() throws -> Int {
    let found = try #require(line(with: "listening on "))
    return try #require(Int(found.split(separator: ":").last ?? ""))
  }

  /// Asks it to end and waits until it has.
  func stop(_ signal: Int32 = SIGTERM) -> Command {
    kill(process.processIdentifier, signal)
    return finish()
  }

  /// Ends any program at once: SIGTERM is blocked on threads of tests, and so in their children.
  func end() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    _ = finish()
  }

  /// Waits for its end.
  func finish() -> Command {
    seen += errors.readDataToEndOfFile()
    process.waitUntilExit()
    watchdog.cancel()
    let output = FileManager.default.contents(atPath: outputFile) ?? Data()
    return Command(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: seen, as: UTF8.self))
  }
}

/// Starts a process. Its ends of the pipes are closed here, and no other child inherits any: a pipe
/// does not end while anyone holds it, and children are started by many tests at once.
func spawn(
  _ process: Process, _ connect: (_ makePipe: () throws -> PipeEnds) throws -> [FileHandle]
) throws {
  let theirs = try connect {
    let ends = try FileDescriptor.privatePipe()
    return (
      FileHandle(fileDescriptor: ends.readEnd.rawValue, closeOnDealloc: true),
      FileHandle(fileDescriptor: ends.writeEnd.rawValue, closeOnDealloc: true)
    )
  }
  try process.run()
  for end in theirs { try end.close() }
}

/// Where a pipe is read from and written to.
typealias PipeEnds = (reading: FileHandle, writing: FileHandle)

/// A directory that goes with the last reference to it.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "memtls-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and answers its path.
  func write(_ data: Data, to name: String) throws -> String {
    try data.write(to: URL(fileURLWithPath: path + "/" + name))
    return path + "/" + name
  }

  /// Writes a text file and answers its path.
  func write(_ text: String, to name: String) throws -> String {
    try write(Data(text.utf8), to: name)
  }
}

/// Whether a peer that tests want is installed. Where it has to be, its absence is no reason to skip.
func isInstalled(_ program: String) -> Bool {
  if ProcessInfo.processInfo.environment["CI"] != nil { return true }
  let found = try? Command.run("sh", ["-c", "command -v \(program)"])
  return found?.status == 0
}
