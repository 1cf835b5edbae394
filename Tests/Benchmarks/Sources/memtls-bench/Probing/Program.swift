import Foundation

/// A program that is run to its end.
struct Program {
  private let file: URL

  /// The one that is running.
  static func ourselves() throws -> Program {
    guard let file = Bundle.main.executableURL else {
      throw Failure("nobody knows where this program is")
    }
    return Program(file)
  }

  init(_ file: URL) { self.file = file }

  /// The one that PATH leads to; nil if it is not installed.
  init?(named name: String) {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    let files = folders.map { URL(fileURLWithPath: String($0)).appendingPathComponent(name) }
    guard let file = files.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
    else { return nil }
    self.file = file
  }

  /// Where it is.
  var path: String { file.path }

  /// Its name without its path.
  var name: String { file.lastPathComponent }

  /// Runs it; its stderr is ours.
  ///
  /// - Returns: what it wrote on stdout.
  /// - Throws: ``Failure`` if it does not end well.
  func run(_ arguments: [String]) throws -> Data {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = file
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw Failure("\(name) \(arguments.joined(separator: " ")) failed")
    }
    return output
  }
}
