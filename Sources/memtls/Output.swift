import Foundation
import SystemPackage

/// stdout: what it does not take is a failure, and no success without data.
enum Output {
  /// Writes a text and a line break.
  static func print(_ text: String, terminator: String = "\n") throws {
    try write((text + terminator).utf8)
  }

  /// Writes bytes as they are. A reader that has left, such as `head`, has what it wanted: that ends
  /// the command quietly.
  static func write(_ bytes: some Sequence<UInt8>) throws {
    do { try FileDescriptor.standardOutput.writeAll(bytes) } catch Errno.brokenPipe {
      Foundation.exit(0)
    } catch {
      throw CommandFailure.failed("cannot write stdout: \(error)")
    }
  }
}
