import MemoryTLSTransport

/// Any bytes are taken for frames. The first byte says of which format, the second in pieces of how
/// many bytes they come (0: whole).
enum FramingDriver {
  @Sendable static func run(_ input: [UInt8]) throws -> Set<UInt64> {
    var cursor = Cursor(input)
    let format = cursor.choose(from: formats)
    let piece = cursor.byte()
    let bytes = Array(cursor.rest)
    let whole = try Decoding(bytes, in: bytes.count, format())
    let pieces = try Decoding(bytes, in: max(1, piece), format())
    try demand(whole == pieces, "in pieces of \(piece) bytes the payload is another")
    try compare(whole, bytes, piece, format())
    try returnTrip(bytes, max(1, piece), format())
    let outcome = "\(whole.error.map(word) ?? "") \(whole.frames.signum())"
    return [landmark("\(type(of: format())) \(outcome)")]
  }

  /// All formats; an input's first byte says which. New ones go to the end.
  static let formats: [@Sendable () -> any Framing] = [
    { LengthPrefixFraming(.one) }, { LengthPrefixFraming(.two) }, { LengthPrefixFraming(.four) },
    { LengthPrefixFraming(.two, .littleEndian) }, { LengthPrefixFraming(.four, .littleEndian) },
    { NetstringFraming() }, { Base64LineFraming() }, { TDSFraming() },
    { LengthPrefixFraming(.four, limit: 5) }, { NetstringFraming(limit: 5) },
    { Base64LineFraming(width: 4, limit: 8) },
  ]

  private static func word(_ error: FramingError) -> String {
    guard case .malformed(let reason) = error else { return "oversized" }
    return reason.filter { !$0.isNumber && !$0.isHexDigit }
  }

  /// A transport reads what decoding gives, but for what never becomes a frame.
  private static func compare(
    _ decoding: Decoding, _ bytes: [UInt8], _ piece: Int, _ framing: any Framing
  ) throws {
    let script = Script(bytes, piece: piece == 0 ? .max : piece)
    let transport = FramedTransport(script, framing: framing)
    var payload: [UInt8] = []
    var hasFailed = false
    for _ in 0...bytes.count + 1 {
      do {
        var movement = Movement.wouldBlock
        payload += try [UInt8](capacity: 1000) { movement = try transport.read(into: &$0) }
        if movement == .ended { break }
      } catch {
        hasFailed = true
        break
      }
    }
    try demand(payload == decoding.payload, "a transport reads something else")
    try demand(hasFailed || decoding.error == nil, "a transport reads over what is malformed")
  }

  /// What is encoded is decoded again.
  private static func returnTrip(
    _ bytes: [UInt8], _ piece: Int, _ framing: any Framing
  ) throws {
    var framing = framing
    var frames: [UInt8] = []
    let size = min(piece, framing.largestPayload)
    for start in stride(from: 0, to: bytes.count, by: size) {
      let payload = bytes[start...].prefix(size)
      let place = payload.endIndex == bytes.count ? FramePlace.endOfFlight : .inside
      framing.encode(payload.span, place, into: &frames)
    }
    let decoding = try Decoding(frames, in: frames.count, framing)
    try demand(decoding.payload == bytes && decoding.error == nil, "no return: \(decoding)")
  }
}

/// What a format makes of bytes that come in pieces.
private struct Decoding: Equatable {
  private(set) var payload: [UInt8] = []
  private(set) var error: FramingError?
  private(set) var frames = 0

  init(_ bytes: [UInt8], in piece: Int, _ framing: any Framing) throws {
    var (framing, rest) = (framing, bytes[...])
    var end = rest.startIndex
    while end < bytes.count, error == nil {
      end = min(end + piece, bytes.count)
      while let count = try decode(rest[..<end], &framing) { rest = rest.dropFirst(count) }
    }
  }

  /// Decodes one frame; nil if there is none.
  private mutating func decode(
    _ bytes: ArraySlice<UInt8>, _ framing: inout any Framing
  ) throws -> Int? {
    var more: [UInt8] = []
    let count: Int
    do throws(FramingError) { count = try framing.decode(bytes.span, into: &more) } catch {
      self.error = error
      return nil
    }
    try demand(0...bytes.count ~= count, "a frame of \(count) bytes in \(bytes.count)")
    try demand(count <= framing.largestFrame, "a frame of \(count) bytes is too large")
    try demand(more.count <= count, "\(more.count) bytes of payload in \(count)")
    payload += more
    frames += count > 0 ? 1 : 0
    return count > 0 ? count : nil
  }
}

/// A channel that reads given bytes in pieces.
private final class Script: Transport {
  private var rest: ArraySlice<UInt8>
  private let piece: Int

  init(_ bytes: [UInt8], piece: Int) { (rest, self.piece) = (bytes[...], piece) }

  func read(into out: inout OutputSpan<UInt8>) -> Movement {
    guard !rest.isEmpty else { return .ended }
    let count = min(piece, rest.count, out.freeCapacity)
    for byte in rest.prefix(count) { out.append(byte) }
    rest = rest.dropFirst(count)
    return .moved(count)
  }

  func write(_ bytes: Span<UInt8>) -> Movement { .moved(bytes.count) }

  func closeSending() -> Movement { .ended }

  func readiness(for interest: Interest) -> Readiness { .now }
}
