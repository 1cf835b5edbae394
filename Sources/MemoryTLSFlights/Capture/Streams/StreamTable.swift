/// The TCP streams of a capture, numbered as tshark does.
struct StreamTable {
  private var streams: [TCPStream] = []
  /// The newest stream between two ends.
  private var newest: [Ends: Int] = [:]

  private struct Ends: Hashable {
    let low: SocketAddress
    let high: SocketAddress

    init(of segment: TCPSegment) {
      let (source, destination) = (segment.source, segment.destination)
      (low, high) = source < destination ? (source, destination) : (destination, source)
    }
  }

  /// All streams, in the order of their first packets. The table is empty then.
  mutating func removeAll() -> [TCPStream] {
    defer { self = StreamTable() }
    return streams
  }

  /// Adds a segment to its stream, or begins one with it.
  mutating func add(_ segment: TCPSegment, at time: Timestamp?) {
    let ends = Ends(of: segment)
    var index = newest[ends]
    if index == nil || index.map({ streams[$0].isOver(at: segment) }) == true {
      index = streams.count
      newest[ends] = index
      streams.append(TCPStream(from: segment, at: time))
    }
    if let index { streams[index].add(segment, at: time) }
  }
}
