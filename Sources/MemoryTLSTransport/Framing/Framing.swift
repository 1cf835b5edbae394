/// How bytes are cut into frames and joined again: a value that knows one format and nothing else.
///
/// A ``FramedTransport`` reads, writes and holds the bytes, within the bounds given here. A format
/// that must say where a message ends learns it from ``FramePlace``: the TLS engine waits for its peer
/// exactly where a flight ends.
public protocol Framing: Sendable {
  /// The most payload that is put into one frame, in bytes: 1 or more.
  var largestPayload: Int { get }

  /// The most bytes that a frame of the peer may have, its header included.
  var largestFrame: Int { get }

  /// How long there are frames.
  var scope: FramingScope { get }

  /// Appends one frame to `frames`.
  ///
  /// - Parameters:
  ///   - payload: 1 to ``largestPayload`` bytes.
  ///   - place: Whether more of the same flight follows.
  ///   - frames: Where the frame goes, behind others.
  mutating func encode(_ payload: Span<UInt8>, _ place: FramePlace, into frames: inout [UInt8])

  /// Takes one frame off the front of `bytes` and appends its payload, which may be empty.
  ///
  /// - Returns: how many bytes the frame had; 0 if it is not all there yet.
  /// - Throws: why these bytes are no frame.
  mutating func decode(
    _ bytes: Span<UInt8>, into payload: inout [UInt8]
  ) throws(FramingError) -> Int
}

extension Framing {
  /// All of the connection.
  public var scope: FramingScope { .connection }
}

/// How long a connection is framed.
public enum FramingScope: Sendable, Hashable {
  /// From beginning to end.
  case connection
  /// Until the TLS handshake is done; what follows travels as it is.
  case handshake
}

/// Where in a flight a frame stands.
public enum FramePlace: Sendable, Hashable {
  /// More frames of this flight follow.
  case inside
  /// It is the flight's last: now the peer has to answer.
  case endOfFlight
}

/// Why bytes of the peer are no frame. Nothing behind them can be read any more.
public enum FramingError: Error, Sendable, Hashable {
  /// It is longer than allowed; both in bytes.
  case oversized(length: Int, limit: Int)
  /// It is not of this format, in words.
  case malformed(String)
}

extension FramingError: CustomStringConvertible {
  /// One clause, with both sizes if it is about sizes.
  public var description: String {
    switch self {
    case .oversized(let length, let limit): "frame of \(length) bytes exceeds \(limit)"
    case .malformed(let reason): reason
    }
  }
}
