import Foundation
import Glibc
import MemoryTLSTransport
import SystemPackage
import Testing

/// A program that a test starts and waits for.
struct Child: Sendable {
  /// What the program reads; for the test to close.
  let input: FileDescriptor
  /// What the program writes; for the test to close.
  let output: FileDescriptor
  private let exit: Worker<Int32>

  /// Starts a program of PATH. Its input is the descriptor given, which it takes over, or a pipe.
  init(_ program: String, _ arguments: [String], input given: FileDescriptor? = nil) throws {
    let path = try #require(Self.path(of: program), "\(program) is not in PATH")
    let (there, back) = (try FileDescriptor.privatePipe(), try FileDescriptor.privatePipe())
    (input, output) = (there.writeEnd, back.readEnd)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let source = given ?? there.readEnd
    process.standardInput = FileHandle(fileDescriptor: source.rawValue, closeOnDealloc: false)
    process.standardOutput = FileHandle(
      fileDescriptor: back.writeEnd.rawValue, closeOnDealloc: false)
    process.standardError = FileHandle.nullDevice
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    for end in [there.readEnd, back.writeEnd] { try end.close() }
    if let given { try given.close() }
    // A program that hangs is killed by its own id; the test sees its status.
    DispatchQueue.global().asyncAfter(deadline: .now() + patience) {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    exit = Worker {
      // Not waitUntilExit(), which spins on a thread whose run loop has nothing else to do.
      ended.wait()
      return process.terminationStatus
    }
  }

  /// The exit status; to be awaited once.
  var status: Int32 { get async throws { try await exit.value } }

  static func path(of program: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
      .map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips where a program is not installed; with CI set the test runs, and fails.
  static func needs(_ program: String) -> Self {
    .enabled(
      if: Child.path(of: program) != nil || ProcessInfo.processInfo.environment["CI"] != nil,
      "\(program) is not in PATH")
  }
}

/// The test identities as files, for other programs.
final class IdentityFiles: Sendable {
  let directory: String

  init() throws {
    directory = NSTemporaryDirectory() + "memtls-" + UUID().uuidString
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: false)
    let identities = try Settings.identities
    try write(identities.authority.rootPEM, "ca.pem")
    for (identity, name) in [(identities.localhost, "server"), (identities.user, "client")] {
      try write(identity.chainPEM, "\(name).pem")
      try write(identity.privateKeyPEM(), "\(name)-key.pem")
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: directory) }

  func path(_ name: String) -> String { "\(directory)/\(name)" }

  private func write(_ text: String, _ name: String) throws {
    try text.write(toFile: path(name), atomically: false, encoding: .utf8)
  }
}
