import Foundation

/// What the system says of a process (proc(5)).
struct ProcessStatus: Equatable {
  let threads: Int
  let descriptors: Int
  /// Its memory that is in RAM, in bytes (`VmRSS`).
  let residentBytes: Int

  init(of program: Running) throws {
    let directory = "/proc/\(program.process.processIdentifier)"
    let status = try String(contentsOfFile: directory + "/status", encoding: .utf8)
    func number(_ key: String) -> Int {
      let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
      return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }
    threads = number("Threads")
    residentBytes = number("VmRSS") << 10
    descriptors = try FileManager.default.contentsOfDirectory(atPath: directory + "/fd").count
  }
}
