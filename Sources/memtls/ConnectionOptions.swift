import ArgumentParser
import MemoryTLSTransport

/// How a connection travels, and how long to wait for the other side.
struct ConnectionOptions: ParsableArguments, Sendable {
  @Option(
    help: ArgumentHelp(
      "Cut the ciphertext: u8, u16, u32, u16le, u32le, netstring, lines (base64) or tds.",
      valueName: "format"))
  var framing = FramingName.none

  @Option(help: ArgumentHelp("For a finished handshake.", valueName: "seconds"))
  var handshakeTimeout = Timeout(10)

  @Option(help: ArgumentHelp("For a connection of tcp: and unix:.", valueName: "seconds"))
  var connectTimeout = Timeout(10)

  @Option(
    help: ArgumentHelp(
      "End a connection on which nothing moves so long (default: never).", valueName: "seconds"))
  var idleTimeout: Timeout?
}

/// The formats of `--framing`.
enum FramingName: String, ExpressibleByArgument, CaseIterable, Sendable {
  case none
  case u8
  case u16
  case u32
  case u16le
  case u32le
  case netstring
  case lines
  case tds

  /// The format, if there is one.
  var format: (any Framing)? {
    switch self {
    case .none: nil
    case .u8: LengthPrefixFraming(.one)
    case .u16: LengthPrefixFraming(.two)
    case .u32: LengthPrefixFraming(.four)
    case .u16le: LengthPrefixFraming(.two, .littleEndian)
    case .u32le: LengthPrefixFraming(.four, .littleEndian)
    case .netstring: NetstringFraming()
    case .lines: Base64LineFraming()
    case .tds: TDSFraming()
    }
  }
}
