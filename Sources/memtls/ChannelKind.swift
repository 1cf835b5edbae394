extension Channel {
  /// The kinds of channels by the word before the colon, in the order of the help.
  enum Kind: String, CaseIterable {
    case stdio
    case fd
    case fifo
    case files
    case exec
    case system
    case tcp
    case tcpListen = "tcp-listen"
    case unix
    case unixListen = "unix-listen"
    case tty

    /// How it is written.
    var form: String {
      switch self {
      case .stdio: rawValue
      case .fd: "\(rawValue):IN[,OUT]"
      case .fifo, .files: "\(rawValue):IN,OUT"
      case .exec, .system: "\(rawValue):COMMAND"
      case .tcp, .tcpListen: "\(rawValue):HOST:PORT"
      case .unix, .unixListen: "\(rawValue):PATH"
      case .tty: "\(rawValue):DEVICE[,BAUD]"
      }
    }
  }
}
