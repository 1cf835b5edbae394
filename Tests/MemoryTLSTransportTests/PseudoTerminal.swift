import Glibc
import SystemPackage

/// A terminal that is a pair of descriptors in disguise: what one writes the other reads.
struct PseudoTerminal {
  /// For the test to close.
  let master: FileDescriptor
  /// The slave's name, for those who open it.
  let path: FilePath

  init() throws {
    master = try .open(
      "/dev/ptmx", .readWrite, options: [.init(rawValue: O_NOCTTY), .closeOnExec])
    // TIOCGPTN and TIOCSPTLCK of asm-generic/ioctls.h, which the module does not show.
    var (number, locked): (CInt, CInt) = (0, 0)
    guard ioctl(master.rawValue, 0x8004_5430, &number) == 0,
      ioctl(master.rawValue, 0x4004_5431, &locked) == 0
    else { throw Errno(rawValue: errno) }
    path = FilePath("/dev/pts/\(number)")
  }

  /// The slave, not set not to block, with settings changed.
  func slave(_ change: (inout termios) -> Void = { _ in }) throws -> FileDescriptor {
    let slave = try FileDescriptor.open(
      path, .readWrite, options: [.init(rawValue: O_NOCTTY), .closeOnExec])
    var settings = try slave.terminalSettings
    change(&settings)
    guard tcsetattr(slave.rawValue, TCSANOW, &settings) == 0 else { throw Errno(rawValue: errno) }
    return slave
  }
}

extension FileDescriptor {
  var terminalSettings: termios {
    get throws {
      var settings = termios()
      guard tcgetattr(rawValue, &settings) == 0 else { throw Errno(rawValue: errno) }
      return settings
    }
  }
}

extension termios {
  /// Everything that can be set, comparable.
  var words: [UInt32] {
    let characters = withUnsafeBytes(of: c_cc) { $0.map { UInt32($0) } }
    return [c_iflag, c_oflag, c_cflag, c_lflag, c_ispeed, c_ospeed] + characters
  }
}
