internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What a terminal was set to, to be put back.
struct TerminalSettings {
  private let saved: termios
  private let descriptor: CInt

  /// Makes a terminal pass all bytes unchanged (cfmakeraw(3)), and add none of its own (`IXOFF`).
  init(makingRaw device: FileDescriptor, baud: Int?) throws(Errno) {
    descriptor = device.rawValue
    var settings = termios()
    guard unsafe tcgetattr(descriptor, &settings) == 0 else { throw Errno(rawValue: errno) }
    saved = settings
    unsafe cfmakeraw(&settings)
    settings.c_iflag &= ~tcflag_t(IXOFF)
    settings.c_cflag |= tcflag_t(CLOCAL | CREAD)
    if let baud {
      guard let speed = speeds[baud], unsafe cfsetspeed(&settings, speed) == 0 else {
        throw .invalidArgument
      }
    }
    guard unsafe tcsetattr(descriptor, TCSANOW, &settings) == 0 else {
      throw Errno(rawValue: errno)
    }
  }

  func restore() {
    var settings = saved
    _ = unsafe tcsetattr(descriptor, TCSANOW, &settings)
  }
}

extension DescriptorTransport {
  /// The speeds of ``openTerminal(_:baud:)``, in bits a second (termios(3)).
  public static var baudRates: [Int] { speeds.keys.sorted() }
}

#if canImport(Glibc)
  private let speeds: [Int: speed_t] = [
    300: speed_t(B300), 600: speed_t(B600), 1200: speed_t(B1200), 2400: speed_t(B2400),
    4800: speed_t(B4800), 9600: speed_t(B9600), 19200: speed_t(B19200), 38400: speed_t(B38400),
    57600: speed_t(B57600), 115200: speed_t(B115200), 230400: speed_t(B230400),
    460800: speed_t(B460800), 500000: speed_t(B500000), 576000: speed_t(B576000),
    921600: speed_t(B921600), 1_000_000: speed_t(B1000000), 1_152_000: speed_t(B1152000),
    1_500_000: speed_t(B1500000), 2_000_000: speed_t(B2000000), 2_500_000: speed_t(B2500000),
    3_000_000: speed_t(B3000000), 3_500_000: speed_t(B3500000), 4_000_000: speed_t(B4000000),
  ]
#else
  // There a speed is the number itself.
  private let speeds: [Int: speed_t] = Dictionary(
    uniqueKeysWithValues: [
      300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400,
    ].map { ($0, speed_t($0)) })
#endif
