/// What one side of a TCP connection sent, put together from its segments.
///
/// Bytes go out as soon as all before them have. What comes before its turn waits, as slices of the
/// file; where segments disagree, the one that is used first wins, and of those that wait the one that
/// came first. That is how tshark follows a stream.
struct ByteStream {
  /// How many bytes went out.
  private(set) var count = 0
  /// How many are known to have been sent.
  private var sent = 0
  /// How many there are by the numbers of empty segments and acknowledgements, the end included.
  private var reached = 0
  /// The sequence number of the first byte; nil until it is known.
  private var origin: UInt32?
  /// Segments before their turn, by their starts.
  private var waiting: ArraySlice<Waiting> = []
  private var arrivals = 0

  private struct Waiting {
    let start: Int
    let bytes: ArraySlice<UInt8>
    let arrival: Int
    var end: Int { start + bytes.count }
  }

  /// Takes a segment of this side.
  ///
  /// - Returns: the bytes whose turn has come, in pieces that are slices of the file.
  mutating func take(_ segment: TCPSegment) -> [ArraySlice<UInt8>] {
    guard !segment.flags.contains(.reset), let start = start(of: segment),
      start - count <= Self.farthest
    else { return [] }
    let isEmpty = segment.payload.count == 0 && !segment.flags.contains(.finish)
    // The number of an empty segment may stand behind the end, which counts as a byte.
    if isEmpty {
      reached = max(reached, start)
    } else {
      sent = max(sent, start + segment.payload.count)
    }
    return take(segment.payload.bytes, at: start)
  }

  /// Takes what the other side says it has of this one: everything before a sequence number.
  mutating func note(acknowledgement: UInt32) {
    guard let end = offset(of: acknowledgement), end - count <= Self.farthest else { return }
    reached = max(reached, end)
  }

  /// What is missing behind the bytes that went out, and how much it is; nil if nothing is known to be.
  var hole: (start: Int, byteCount: Int?)? {
    let end = waiting.first?.start ?? sent
    if end > count { return (count, end - count) }
    return reached > count + 1 ? (count, nil) : nil
  }

  /// Where a segment begins. A SYN, or else the first one with bytes, says where the stream does.
  private mutating func start(of segment: TCPSegment) -> Int? {
    let isStart = segment.flags.contains(.synchronize)
    let sequence = isStart ? segment.sequence &+ 1 : segment.sequence
    if isStart, count == 0, origin != sequence { self = ByteStream() }
    if origin == nil, isStart || segment.payload.count > 0 { origin = sequence }
    return offset(of: sequence)
  }

  /// The offset in the stream: sequence numbers begin again at 0 after 2^32.
  private func offset(of sequence: UInt32) -> Int? {
    guard let origin else { return nil }
    let expected = origin &+ UInt32(truncatingIfNeeded: count)
    return count + Int(Int32(bitPattern: sequence &- expected))
  }

  private mutating func take(_ bytes: ArraySlice<UInt8>, at start: Int) -> [ArraySlice<UInt8>] {
    guard !bytes.isEmpty, start + bytes.count > count else { return [] }
    guard start <= count else {
      wait(for: bytes, at: start)
      return []
    }
    let first = release(bytes, at: start)
    return waiting.isEmpty ? [first] : [first] + releaseWaiting()
  }

  /// The part that did not go out yet.
  private mutating func release(_ bytes: ArraySlice<UInt8>, at start: Int) -> ArraySlice<UInt8> {
    let known = count - start
    count = start + bytes.count
    return bytes.dropFirst(known)
  }

  /// What waited for the bytes that went out.
  private mutating func releaseWaiting() -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var due: [Waiting] = []
    repeat {
      while let next = waiting.first, next.start <= count { due.append(waiting.removeFirst()) }
      due.removeAll { $0.end <= count }
      guard let next = due.min(by: { $0.arrival < $1.arrival }) else { break }
      pieces.append(release(next.bytes, at: next.start))
    } while true
    if waiting.isEmpty { waiting = [] }
    return pieces
  }

  /// Keeps a segment until its turn. One too many is a hole, unless it is sent again.
  private mutating func wait(for bytes: ArraySlice<UInt8>, at start: Int) {
    let place = place(of: start)
    let isKnown = place > waiting.startIndex && waiting[place - 1].end >= start + bytes.count
    guard waiting.count < Self.mostWaiting, !isKnown else { return }
    waiting.insert(Waiting(start: start, bytes: bytes, arrival: arrivals), at: place)
    arrivals += 1
  }

  /// Behind all waiting segments that start there or before.
  private func place(of start: Int) -> Int {
    var range = waiting.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      let isBehind = waiting[middle].start <= start
      range = isBehind ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return range.lowerBound
  }

  /// The largest window (RFC 7323 §2.3): what lies farther ahead belongs to another connection.
  private static let farthest = 1 << 30
  /// Segments that wait at most: 6 MB of full ones, more than most connections have on their way.
  private static let mostWaiting = 4096
}
