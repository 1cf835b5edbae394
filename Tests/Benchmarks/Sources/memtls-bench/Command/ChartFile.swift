import ArgumentParser
import Foundation

/// Where a chart goes; what is there is replaced.
struct ChartFile {
  private let path: String

  /// - Throws: a fault of usage if nothing can be written there, as far as that can be told before.
  init(_ path: String) throws {
    self.path = path
    let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: directory) else {
      throw ValidationError("nothing can be written into \(directory)")
    }
  }

  func write(_ svg: String) throws {
    do { try svg.write(toFile: path, atomically: true, encoding: .utf8) } catch {
      throw Failure("cannot write \(path): \(error.localizedDescription)")
    }
  }
}
