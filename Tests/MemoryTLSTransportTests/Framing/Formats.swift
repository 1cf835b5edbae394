import MemoryTLSTransport
import Testing

/// A format by the name that a failed test shows.
struct Format: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let framing: any Framing

  init(_ name: String, _ framing: any Framing) { (testDescription, self.framing) = (name, framing) }

  /// Those that last as long as the connection.
  static let lasting = [
    Format("u8", LengthPrefixFraming(.one)),
    Format("u16", LengthPrefixFraming(.two)),
    Format("u16le", LengthPrefixFraming(.two, .littleEndian)),
    Format("u32", LengthPrefixFraming(.four)),
    Format("u32le", LengthPrefixFraming(.four, .littleEndian)),
    Format("netstring", NetstringFraming()),
    Format("lines", Base64LineFraming()),
    Format("short lines", Base64LineFraming(width: 4)),
  ]

  static let all = lasting + [Format("tds", TDSFraming())]
}

/// How bytes are cut on their way to a decoder.
enum Chunking: CaseIterable, Sendable {
  case whole
  case bytes
  case seeded

  func cut(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var sizes = pattern(bytes.count, seed: 7)[...]
    var rest = bytes[...]
    var pieces: [ArraySlice<UInt8>] = []
    while !rest.isEmpty {
      let count =
        switch self {
        case .whole: rest.count
        case .bytes: 1
        case .seeded: 1 + Int(sizes.removeFirst()) % 100
        }
      pieces.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pieces
  }
}

extension Framing {
  /// The frames of a flight.
  func encoding(_ payloads: [[UInt8]]) -> [UInt8] {
    var framing = self
    var frames: [UInt8] = []
    for (index, payload) in payloads.enumerated() {
      let place = index == payloads.count - 1 ? FramePlace.endOfFlight : .inside
      framing.encode(payload.span, place, into: &frames)
    }
    return frames
  }

  func encoding(_ payload: String) -> [UInt8] { encoding([Array(payload.utf8)]) }

  /// The payloads of frames that come in pieces, and what is no whole frame yet.
  func decoding(
    _ bytes: [UInt8], _ chunking: Chunking = .whole
  ) throws(FramingError) -> (payloads: [[UInt8]], rest: [UInt8]) {
    var framing = self
    var (payloads, held): ([[UInt8]], [UInt8]) = ([], [])
    for piece in chunking.cut(bytes) {
      held += piece
      while let payload = try framing.take(from: &held) { payloads.append(payload) }
    }
    return (payloads, held)
  }

  func decoding(_ text: String) throws(FramingError) -> [[UInt8]] {
    try decoding(Array(text.utf8)).payloads
  }

  /// Takes one frame off the front, if it is all there.
  mutating func take(from bytes: inout [UInt8]) throws(FramingError) -> [UInt8]? {
    var payload: [UInt8] = []
    let count = try decode(bytes.span, into: &payload)
    #expect((0...bytes.count).contains(count) && (count > 0 || payload.isEmpty))
    bytes.removeFirst(min(count, bytes.count))
    return count > 0 ? payload : nil
  }
}
