/// One TCP connection of a capture, while packets are added to it.
struct TCPStream {
  /// Which of the two ends.
  enum Side: Hashable {
    /// Whose packet came first.
    case first
    case second

    var other: Side { self == .first ? .second : .first }
  }

  /// Bytes in the order in which their turn came.
  struct Piece {
    let side: Side
    let bytes: ArraySlice<UInt8>
    /// When the packet came that made it their turn.
    let time: Timestamp?
  }

  private let first: SocketAddress
  private let second: SocketAddress
  let firstTime: Timestamp?
  /// Who asked for the connection, as far as packets show it.
  private(set) var opener = Side.first
  private(set) var packetCount = 0
  private(set) var pieces: [Piece] = []
  private var ends = (first: End(), second: End())

  private struct End {
    var bytes = ByteStream()
    /// The number before its first byte, as seen or as the other side's acknowledgements have it.
    var base: UInt32?
  }

  /// A stream without packets, which begins with this one.
  init(from segment: TCPSegment, at time: Timestamp?) {
    (first, second, firstTime) = (segment.source, segment.destination, time)
  }

  mutating func add(_ segment: TCPSegment, at time: Timestamp?) {
    let side = side(of: segment)
    packetCount += 1
    if segment.flags.contains(.synchronize) {
      opener = segment.acknowledgement == nil ? side : side.other
    }
    noteBases(of: segment, from: side)
    if let acknowledgement = segment.acknowledgement {
      self[side.other].bytes.note(acknowledgement: acknowledgement)
    }
    for bytes in self[side].bytes.take(segment) {
      pieces.append(Piece(side: side, bytes: bytes, time: time))
    }
  }

  /// Whether a packet between the same ends is the start of another connection: a SYN with another
  /// number than this one's. That is how tshark tells streams apart.
  func isOver(at segment: TCPSegment) -> Bool {
    guard segment.flags.contains(.synchronize), segment.acknowledgement == nil,
      let base = self[side(of: segment)].base
    else { return false }
    return segment.sequence != base
  }

  func address(of side: Side) -> SocketAddress { side == .first ? first : second }

  /// How many bytes a side's stream has, as far as it could be put together.
  func byteCount(of side: Side) -> Int { self[side].bytes.count }

  /// What is missing of a side's stream.
  func hole(of side: Side) -> (start: Int, byteCount: Int?)? { self[side].bytes.hole }

  private mutating func noteBases(of segment: TCPSegment, from side: Side) {
    let isStart = segment.flags.contains(.synchronize)
    // Another number in a SYN-ACK is taken for the right one.
    if isStart || self[side].base == nil {
      self[side].base = segment.sequence &- (isStart ? 0 : 1)
    }
    if let acknowledgement = segment.acknowledgement, self[side.other].base == nil {
      self[side.other].base = acknowledgement &- 1
    }
  }

  private func side(of segment: TCPSegment) -> Side { segment.source == first ? .first : .second }

  private subscript(side: Side) -> End {
    get { side == .first ? ends.first : ends.second }
    _modify {
      if side == .first { yield &ends.first } else { yield &ends.second }
    }
  }
}
